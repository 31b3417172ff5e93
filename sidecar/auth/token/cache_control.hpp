#pragma once
// `max-age` of a Cache-Control header (RFC 9111, 5.2.2.1).
//
// Thread: any.

#include <chrono>
#include <optional>
#include <string_view>

namespace sidestream {

// Nothing: absent or not a number. Numbers beyond 2^31 are 2^31.
std::optional<std::chrono::seconds> parse_max_age(std::string_view cache_control);

}  // namespace sidestream
