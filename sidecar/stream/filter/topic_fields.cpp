#include "sidecar/stream/filter/topic_fields.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace sidestream {
namespace {

int rank(const FieldName& field) {
  switch (field.kind) {
    case FieldName::Kind::key:
      return 0;
    case FieldName::Kind::json:
      return 1;
    case FieldName::Kind::header:
      return 2;
    case FieldName::Kind::event:
      break;
  }
  return 3;
}

bool comes_before(const FieldName& a, const FieldName& b) {
  return std::make_tuple(rank(a), std::cref(a.name)) < std::make_tuple(rank(b), std::cref(b.name));
}

}  // namespace

TopicFields::TopicFields(const TopicSettings& topic)
    : has_filters_(!topic.only.empty() || !topic.filters.empty()) {
  for (const FieldCondition& condition : topic.only) fields_.push_back(condition.field);
  for (const FilterParameter& filter : topic.filters) fields_.push_back(filter.field);
  for (const FieldCondition& condition : topic.end) fields_.push_back(condition.field);
  std::sort(fields_.begin(), fields_.end(), comes_before);
  fields_.erase(std::unique(fields_.begin(), fields_.end()), fields_.end());
  for (const FieldName& field : fields_) {
    if (field.kind != FieldName::Kind::json) continue;
    auto path = parse_json_pointer(field.name);
    assert(path);
    json_paths_.push_back(std::move(*path));
  }
}

std::optional<std::uint16_t> TopicFields::index_of(const FieldName& field) const {
  const auto found = std::find(fields_.begin(), fields_.end(), field);
  if (found == fields_.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - fields_.begin());
}

}  // namespace sidestream
