#pragma once
// The fields of a topic's records that are compared: each one that `only:`, `filters:` or `end:`
// names, once. Compiled once for a topic.
//
// Thread: any; immutable.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sidecar/base/json_values.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

class TopicFields {
 public:
  // Requires: the names of json fields are JSON Pointers.
  explicit TopicFields(const TopicSettings& topic);

  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  // A field whose values usually differ more comes first: key, json, header, event.
  std::span<const FieldName> all() const { return fields_; }
  // Whether readers have filters, so that each frame keeps its tags.
  bool has_filters() const { return has_filters_; }
  // Absent: no setting names it.
  std::optional<std::uint16_t> index_of(const FieldName& field) const;
  // Of the json fields, in their order.
  std::span<const JsonPath> json_paths() const { return json_paths_; }

 private:
  std::vector<FieldName> fields_;
  std::vector<JsonPath> json_paths_;
  bool has_filters_;
};

}  // namespace sidestream
