#include "sidecar/http/access/forward_answer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/base/rfc3339.hpp"

namespace sidestream {
namespace {

using Kind = ForwardAnswer::Kind;

ForwardAnswer failed(std::string why) { return {Kind::failed, nullptr, {}, std::move(why)}; }

std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::value(text));
}

bool is_json(const FetchResponse& response) {
  std::string_view type = response.header("content-type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return equals_ignoring_case(type, "application/json");
}

// The claims of the headers, then those of the body. Of two with one name the last counts.
std::string join_claims(const FetchResponse& response, const ForwardSettings& forward) {
  std::string own;
  for (const auto& [claim, header] : forward.claims) {
    const std::string_view value = response.header(header);
    if (value.empty()) continue;
    if (!own.empty()) own += ',';
    own += json_text(claim) + ':' + json_text(value);
  }
  if (!is_json(response)) return '{' + own + '}';
  const std::size_t brace = response.body.find('{');
  if (own.empty() || brace == std::string::npos) return response.body;
  const std::string_view rest = std::string_view(response.body).substr(brace + 1);
  const std::size_t first = rest.find_first_not_of(" \t\r\n");
  const bool is_empty = first == std::string_view::npos || rest[first] == '}';
  return response.body.substr(0, brace + 1) + own + (is_empty ? "" : ",") + std::string(rest);
}

ForwardAnswer signed_in(const FetchResponse& response, const AccessSettings& access,
                        std::chrono::sys_seconds asked) {
  if (is_json(response) && !Claims::parse(response.body))
    return failed("the answer is application/json, but not an object");
  auto claims = Claims::parse(join_claims(response, *access.forward));
  if (!claims) return failed("the claims of the answer are not valid");
  Person person = make_person(std::move(*claims), access.subject);
  person.issued_at = asked;
  if (person.claims.has("expires_at")) {
    const auto time = parse_time(person.claims.text("expires_at").value_or(""));
    if (!time) return failed("expires_at of the answer is not a time of RFC 3339");
    person.expires_at = std::chrono::floor<std::chrono::seconds>(*time);
    person.ends_at = *time;
  }
  return {Kind::signed_in, std::make_shared<const Person>(std::move(person)), {}, {}};
}

ForwardAnswer refused(const FetchResponse& response) {
  ForwardAnswer answer{Kind::refused, nullptr, {}, {}};
  answer.response.status = response.status;
  answer.response.body = response.body;
  answer.response.content_type = std::string(response.header("content-type"));
  if (answer.response.content_type.empty()) answer.response.content_type = "text/plain";
  for (const auto& [name, value] : response.headers) {
    if (equals_ignoring_case(name, "www-authenticate"))
      answer.response.headers.emplace_back("WWW-Authenticate", value);
  }
  return answer;
}

}  // namespace

ForwardAnswer read_answer(const FetchResponse& response, const AccessSettings& access,
                          std::chrono::sys_seconds asked) {
  if (response.status / 100 == 2) return signed_in(response, access, asked);
  if (response.status == 401 || response.status == 403) return refused(response);
  return failed("the app answered " + std::to_string(response.status));
}

}  // namespace sidestream
