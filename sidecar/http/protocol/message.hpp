#pragma once
// Requests and answers as plain values: what handlers work with, so that only session.cpp knows
// Beast.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sidestream {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::vector<std::string> segments;  // of the path, percent-decoded
  Fields query;                       // percent-decoded, in order
  Fields headers;                     // names in lower case
  bool http10 = false;

  // The first value, if any.
  std::optional<std::string_view> header(std::string_view lower_name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
  // The path as it is compared with ours, like "/events/orders".
  std::string path() const;
  bool reads() const { return method == "GET" || method == "HEAD"; }
};

// Reads "/a%20b?x=1". False: not a path, or escapes that don't decode.
bool parse_target(std::string_view target, Request& request);

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  Fields headers;

  static Response json(std::string body) { return {200, "application/json", std::move(body), {}}; }
  // {"error": text}
  static Response error(unsigned status, std::string_view text);
  static Response not_allowed(std::string_view allow);
};

}  // namespace sidestream
