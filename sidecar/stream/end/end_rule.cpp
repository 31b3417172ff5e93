#include "sidecar/stream/end/end_rule.hpp"

#include <utility>

namespace sidestream {
namespace {

// Constant texts have one piece.
std::vector<std::string> texts_of(const std::vector<ValuePattern>& values) {
  std::vector<std::string> texts;
  for (const ValuePattern& value : values) texts.push_back(value.pieces.front().text);
  return texts;
}

std::string entry_field_of(const FieldName& field, const TopicSettings& topic) {
  switch (field.kind) {
    case FieldName::Kind::key:
      return topic.key_field.empty() ? "key" : topic.key_field;
    case FieldName::Kind::event:
      return "event";
    case FieldName::Kind::header:
      return field.name;
    case FieldName::Kind::json:
      break;
  }
  return {};
}

}  // namespace

EndRule::EndRule(const TopicSettings& topic, const TopicFields& fields, OffsetFormat format)
    : tagger_(topic, fields, format) {
  std::vector<StreamFilter::Condition> conditions;
  for (const FieldCondition& end : topic.end) {
    conditions.push_back({fields.index_of(end.field).value(), texts_of(end.values)});
    if (end.field.kind == FieldName::Kind::json) {
      reads_value_ = true;
    } else {
      entry_fields_.push_back(entry_field_of(end.field, topic));
    }
  }
  if (!conditions.empty()) condition_ = new StreamFilter(std::move(conditions));
}

bool EndRule::matches(const Record& record) const {
  std::string tags;
  tagger_.append(record, reads_value_, tags);
  return matches(FieldTags(tags));
}

}  // namespace sidestream
