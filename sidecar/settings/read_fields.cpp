#include "sidecar/settings/read_fields.hpp"

#include <algorithm>

#include "sidecar/base/json_values.hpp"

namespace sidestream {
namespace {

using Kind = KnownConnector::Kind;

constexpr std::size_t values_max = 1000;  // of one condition
constexpr std::size_t fields_max = 16;    // of one topic

constexpr std::string_view stream_parameters[] = {
    "topic", "from",        "since",         "tail",        "heartbeat",     "format",
    "poll",  "lastEventId", "last_event_id", "lastEventID", "Last-Event-ID", "evs_last_event_id"};

std::string check_placeholders(const ValuePattern& pattern, const PatternPlace& place) {
  for (const ValuePiece& piece : pattern.pieces) {
    if (place.is_constant && piece.kind != ValuePiece::Kind::text)
      return "has a {placeholder}; what ends a log is a constant text; write {{ and }} for braces";
    if (piece.kind == ValuePiece::Kind::parameter &&
        std::ranges::find(place.parameters, piece.text) == place.parameters.end())
      return "has a {placeholder} that is no parameter of the path; add it to path:, or write {{ "
             "and }} "
             "for braces";
    if (piece.kind != ValuePiece::Kind::claim) continue;
    if (!place.has_access) return "has {claims.}, but the file has no access: section; add it";
    if (!place.has_claims)
      return "has {claims.}, but read: anyone looks at no token; write read: signed_in";
    if (piece.text.starts_with('/') && !parse_json_pointer(piece.text))
      return "has {claims.} with a name that is not a JSON Pointer; write ~0 for ~ and ~1 for /";
  }
  return {};
}

// `key`, `event`, `header.NAME`, `json./pointer`.
std::string parse_field(std::string_view text, Kind kind, FieldName& into) {
  if (text == "key") {
    into = {FieldName::Kind::key, {}};
  } else if (text == "event") {
    into = {FieldName::Kind::event, {}};
  } else if (text.starts_with("header.") && text.size() > 7) {
    into = {FieldName::Kind::header, std::string(text.substr(7))};
    if (kind == Kind::embedded)
      return "is a header; records of an embedded log have none; use key, event or json./pointer";
  } else if (text.starts_with("json./") || text == "json.") {
    into = {FieldName::Kind::json, std::string(text.substr(5))};
    if (!parse_json_pointer(into.name))
      return "has a JSON Pointer with an invalid escape; write ~0 for ~ and ~1 for /";
  } else {
    return "is not a field; write key, event, header.NAME or json./pointer";
  }
  return {};
}

void read_conditions(const Value& value, Kind kind, const PatternPlace& place,
                     std::vector<FieldCondition>& into, std::string_view advice) {
  for (const Value::Named& named : value.named()) {
    FieldCondition condition;
    const std::string error = parse_field(named.name, kind, condition.field);
    if (!error.empty()) named.value.problem(error);
    read_patterns(named.value, place, condition.values);
    into.push_back(std::move(condition));
  }
  const bool empty = value.is_section() || value.is_empty_section();
  if (empty && into.empty()) value.problem("has no condition; " + std::string(advice));
}

bool is_reserved(std::string_view name, const std::optional<AccessSettings>& access) {
  if (is_stream_parameter(name)) return true;
  return access && std::ranges::any_of(access->token_from, [&](const TokenSource& source) {
           return source.kind == TokenSource::Kind::query && source.name == name;
         });
}

void read_filters(const Value& value, Kind kind, const std::optional<AccessSettings>& access,
                  TopicSettings& topic) {
  for (const Value::Named& named : value.named()) {
    FilterParameter filter{named.name, {}};
    if (is_reserved(named.name, access))
      named.value.problem(
          "is the name of a query parameter with a meaning of its own; choose another name");
    if (named.name.empty())
      named.value.problem("has an empty name; write PARAMETER: FIELD, like region: json./region");
    if (const auto text = named.value.text()) {
      const std::string error = parse_field(text->value, kind, filter.field);
      if (!error.empty()) named.value.problem(text->shown + ' ' + error);
    }
    topic.filters.push_back(std::move(filter));
  }
}

}  // namespace

bool is_stream_parameter(std::string_view name) {
  return std::ranges::find(stream_parameters, name) != std::end(stream_parameters);
}

void read_patterns(const Value& value, const PatternPlace& place, std::vector<ValuePattern>& into) {
  const auto items = value.one_or_more();
  if (value.is_list() && items.empty())
    value.problem("is an empty list, so nothing matches; add a value");
  if (items.size() > values_max)
    return value.problem("has more than 1000 values; match a field that groups them");
  for (const Value& item : items) {
    const auto text = item.text();
    if (!text) continue;
    Parsed<ValuePattern> pattern = parse_value_pattern(text->value);
    if (pattern.error.empty()) pattern.error = check_placeholders(pattern.value, place);
    if (!pattern.error.empty()) item.problem(text->shown + ' ' + pattern.error);
    into.push_back(std::move(pattern.value));
  }
}

void read_fields(const Section& section, Kind kind, const std::optional<AccessSettings>& access,
                 const PatternPlace& place, TopicSettings& topic) {
  read_conditions(section["only"], kind, place, topic.only,
                  "add one like key: \"{user}\", or remove only:");
  read_filters(section["filters"], kind, access, topic);
  // Values without placeholders: the end belongs to the log, whoever reads it.
  PatternPlace constant;
  constant.is_constant = true;
  read_conditions(section["end"], kind, constant, topic.end,
                  "add one like event: done, or remove end:");
  if (topic.only.size() + topic.filters.size() + topic.end.size() > fields_max)
    section.problem(
        "has more than 16 fields in only:, filters: and end:; use fewer, or several topics");
  if (kind == Kind::redis) topic.key_field = "key";
  const Value key = section["key"];
  if (!key.present()) return;
  if (kind == Kind::kafka || kind == Kind::embedded)
    key.problem("is for Redis; records of this connector have a key of their own; remove it");
  if (const auto text = key.text()) topic.key_field = text->value;
}

}  // namespace sidestream
