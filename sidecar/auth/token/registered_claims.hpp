#pragma once
// The claims of a token that decide whether it holds (RFC 7519, 4.1).
//
// Thread: any.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

// Of the system clock.
using TokenTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct RegisteredClaims {
  std::optional<std::string> iss;
  std::vector<std::string> aud;  // a single text too
  std::optional<std::chrono::sys_seconds> exp;
  std::optional<std::chrono::sys_seconds> nbf;
  std::optional<std::chrono::sys_seconds> iat;
  std::optional<std::chrono::sys_seconds> stream_exp;  // until when a stream opened by it lasts
};

// Times may have fractions, which are dropped, and are kept within the years 1970 to 9999.
// Nothing: `payload` is not a JSON object, or a claim has another type.
std::optional<RegisteredClaims> parse_registered_claims(std::string_view payload);

}  // namespace sidestream
