#pragma once
// `end:` of a topic: which record ends a log. Compiled once for a topic.
//
// Thread: any; immutable.

#include <string>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/filter/tagger.hpp"
#include "sidecar/stream/filter/topic_fields.hpp"

namespace sidestream {

class EndRule {
 public:
  // Borrows both. The fields are the topic's.
  EndRule(const TopicSettings& topic, const TopicFields& fields, OffsetFormat format);

  // Without one, logs never end.
  bool exists() const { return condition_ != nullptr; }
  // Whether it compares values of records.
  bool reads_value() const { return reads_value_; }
  // The fields of an entry (Redis) that it compares, besides those in the value.
  const std::vector<std::string>& entry_fields() const { return entry_fields_; }

  // Requires: exists(), and json fields were parsed if it reads_value().
  bool matches(FieldTags tags) const { return condition_->matches(tags); }
  bool matches(const Record& record) const;

 private:
  const Tagger tagger_;
  FilterPtr condition_;
  bool reads_value_ = false;
  std::vector<std::string> entry_fields_;
};

}  // namespace sidestream
