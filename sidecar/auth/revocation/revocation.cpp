#include "sidecar/auth/revocation/revocation.hpp"

#include <boost/json/parse.hpp>
#include <charconv>

#include "sidecar/base/json_values.hpp"

namespace sidestream {
namespace {

// Unix seconds; a fraction counts as the second in which it lies.
std::optional<std::chrono::sys_seconds> parse_seconds(const JsonValue& value) {
  if (value.kind != JsonValue::Kind::number) return std::nullopt;
  double seconds = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [rest, error] = std::from_chars(value.text.data(), end, seconds);
  constexpr double most = 253402300799;  // the year 9999
  if (error != std::errc() || rest != end || !(seconds >= 0 && seconds <= most))
    return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

// False: there is a value, but it names nobody.
bool take_name(JsonValue& value, std::string& into) {
  if (value.kind == JsonValue::Kind::absent) return true;
  if (!value.is_scalar() || value.text.empty()) return false;
  into = std::move(value.text);
  return true;
}

}  // namespace

bool Revocation::names(const Person& person) const {
  return (subject.empty() || subject == person.subject) &&
         (session.empty() || session == person.session) &&
         (token_id.empty() || token_id == person.token_id);
}

bool Revocation::ends(const Person& person) const {
  return names(person) && (!person.issued_at || *person.issued_at <= before);
}

std::optional<Revocation> parse_revocation(std::string_view json,
                                           std::chrono::sys_seconds recorded) {
  static const std::vector<JsonPath> paths{{"sub"}, {"sid"}, {"jti"}, {"before"}};
  std::vector<JsonValue> values;
  if (!find_json_values(json, paths, values)) return std::nullopt;
  Revocation revocation;
  if (!take_name(values[0], revocation.subject) || !take_name(values[1], revocation.session) ||
      !take_name(values[2], revocation.token_id))
    return std::nullopt;
  if (revocation.subject.empty() && revocation.session.empty() && revocation.token_id.empty())
    return std::nullopt;
  revocation.before = recorded;
  if (values[3].kind == JsonValue::Kind::absent) return revocation;
  const auto before = parse_seconds(values[3]);
  if (!before) return std::nullopt;
  revocation.before = *before;
  return revocation;
}

std::vector<std::string> find_unknown_members(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse({json.data(), json.size()}, error);
  std::vector<std::string> unknown;
  if (error || !value.is_object()) return unknown;
  for (const auto& member : value.get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name != "sub" && name != "sid" && name != "jti" && name != "before")
      unknown.emplace_back(name);
  }
  return unknown;
}

}  // namespace sidestream
