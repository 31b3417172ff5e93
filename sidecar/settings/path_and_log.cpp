#include "sidecar/settings/path_and_log.hpp"

#include <algorithm>

namespace sidestream {
namespace {

using Kind = KnownConnector::Kind;

std::string check_literal(std::string_view text, Kind kind) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(text, control)) return "contains a control character; remove it";
  const bool kafka_too = std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  if (kind == Kind::kafka && !kafka_too)
    return "is not a Kafka topic name; use letters, digits and . _ - only";
  return {};
}

bool uses(const std::vector<ValuePattern>& values, std::string_view parameter) {
  const ValuePiece piece{ValuePiece::Kind::parameter, std::string(parameter)};
  return std::ranges::any_of(values, [&](const ValuePattern& value) {
    return std::ranges::find(value.pieces, piece) != value.pieces.end();
  });
}

bool uses(const std::optional<Rules>& rules, std::string_view parameter) {
  if (!rules) return false;
  return std::ranges::any_of(rules->rules, [&](const Rule& rule) {
    return std::ranges::any_of(rule.claims,
                               [&](const auto& claim) { return uses(claim.values, parameter); });
  });
}

// Whether rules or filters depend on the parameter.
bool is_used_by_rights(const TopicSettings& topic, std::string_view parameter) {
  return uses(topic.read, parameter) || uses(topic.publish_rules, parameter) ||
         std::ranges::any_of(topic.only,
                             [&](const auto& field) { return uses(field.values, parameter); });
}

}  // namespace

LogName read_log(const Section& section, Kind kind, const std::string& name, std::string& into) {
  const bool kafka = kind == Kind::kafka || (kind == Kind::unclear && section.has("topic"));
  const char* own = kafka ? "topic" : "stream";
  const char* other = kafka ? "stream" : "topic";
  const bool other_too = section.has(other);
  if (other_too && kind != Kind::unclear)
    section[other].problem(kafka ? "is for Redis and embedded; with Kafka use topic:"
                                 : "is for Kafka; with this connector use stream:");
  LogName out{section[own], {}, false};
  if (!section.has(own)) {
    if (kind == Kind::embedded && !other_too) {
      into = name;
      out.pieces = {{false, name}};
      out.good = true;
    } else if (kind != Kind::unclear && !other_too) {
      out.place.problem(kafka ? "is missing; name the Kafka topic to read"
                              : "is missing; name the Redis stream to read");
    }
    return out;
  }
  const auto text = out.place.text();
  if (!text) return out;
  Parsed<Pieces> parsed = parse_log_name(text->value);
  if (kind == Kind::kafka && parameters_of(parsed.value).size() > 1)
    parsed.error =
        "has several parameters; a Kafka topic name can have only one, because no character can "
        "separate their values";
  for (const Piece& piece : parsed.value)
    if (parsed.error.empty() && !piece.parameter) parsed.error = check_literal(piece.text, kind);
  if (parsed.error.empty() && kind == Kind::kafka && text->value.size() > 249)
    parsed.error = "is not a Kafka topic name; the limit is 249 characters";
  if (parsed.error.empty() && kind == Kind::kafka && (text->value == "." || text->value == ".."))
    parsed.error = "is not a Kafka topic name; Kafka reserves . and ..";
  if (!parsed.error.empty()) {
    out.place.problem(text->shown + ' ' + parsed.error);
    return out;
  }
  into = text->value;
  out.pieces = std::move(parsed.value);
  out.good = true;
  return out;
}

TopicPath read_path(const Value& value, const std::string& name, std::string& into) {
  into = "/events/" + name;
  TopicPath out{value, in_quotes(into), {}, false};
  if (value.present()) {
    const auto text = value.text();
    if (!text) return out;
    into = text->value;
    out.shown = text->shown;
  }
  Parsed<Pieces> parsed = parse_path(into);
  out.good = parsed.error.empty();
  out.pieces = std::move(parsed.value);
  if (!out.good) value.problem(out.shown + ' ' + parsed.error);
  return out;
}

void check_parameters(const TopicPath& path, const LogName& log, const TopicSettings& topic) {
  const auto in_path = parameters_of(path.pieces);
  const auto in_log = parameters_of(log.pieces);
  const auto lacks = [](const auto& names, std::string_view name) {
    return std::ranges::find(names, name) == names.end();
  };
  const bool unused = std::ranges::any_of(
      in_path, [&](auto name) { return lacks(in_log, name) && !is_used_by_rights(topic, name); });
  const bool path_lacks =
      std::ranges::any_of(in_log, [&](auto name) { return lacks(in_path, name); });
  if (path_lacks) log.place.problem("has a parameter that must be added to the path " + path.shown);
  if (unused)
    path.place.problem(path.shown + " has a parameter that " + log.place.path() +
                       " does not use, so different paths would read the same log");
}

}  // namespace sidestream
