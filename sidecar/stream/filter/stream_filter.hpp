#pragma once
// Which records one reader of a topic gets: conditions on the topic's fields, all of which hold.
// Values are compared byte by byte.
//
// It is compact, because each stream may have its own: one allocation and one piece of bytes.
//
// Thread: any; immutable, shared by FilterPtr.

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/stream/filter/field_tags.hpp"
#include "sidecar/stream/log/segment.hpp"

namespace sidestream {

class StreamFilter;
// Null: every record.
using FilterPtr = boost::intrusive_ptr<const StreamFilter>;

class StreamFilter final : public boost::intrusive_ref_counter<StreamFilter> {
 public:
  struct Condition {
    std::uint16_t field = 0;          // of TopicFields
    std::vector<std::string> values;  // one of them is the field's; none: nothing matches
  };
  // In any order; a field may have several conditions. Requires: there is one.
  explicit StreamFilter(std::vector<Condition> conditions);
  StreamFilter(const StreamFilter&) = delete;
  StreamFilter& operator=(const StreamFilter&) = delete;

  bool matches(FieldTags tags) const;
  // Whether a reader gets this frame: also one that announces a loss, since nobody knows whether the
  // lost records would match.
  bool wants(const Segment& segment, const Frame& frame) const {
    if (frame.kind == FrameKind::skip) return false;
    return is_loss(frame.kind) || matches(FieldTags(segment.tags(frame)));
  }

  // The conditions, ordered by field; the values are of this filter.
  struct ConditionView {
    std::uint16_t field = 0;
    std::vector<std::string_view> values;
    bool holds(FieldTags tags) const;
  };
  std::vector<ConditionView> conditions() const;

  // Equal conditions make equal filters.
  friend bool operator==(const StreamFilter& a, const StreamFilter& b) {
    return a.bytes_ == b.bytes_;
  }
  friend auto operator<=>(const StreamFilter& a, const StreamFilter& b) {
    return a.bytes_ <=> b.bytes_;
  }

 private:
  // Of each condition, two bytes each: field, number of values, and of each value its length and
  // text.
  std::string bytes_;
};

}  // namespace sidestream
