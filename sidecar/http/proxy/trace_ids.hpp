#pragma once
// Generates X-Request-Id and traceparent. Pure except for the random numbers.
//
// Thread: any; each has its own rng.

#include <string>
#include <string_view>

namespace sidestream {

// 1 to 128 of A-Z a-z 0-9 . _ ~ : / + = -
bool is_request_id(std::string_view text);
std::string make_request_id();

// A traceparent of the W3C Trace Context with new ids.
std::string make_traceparent();

}  // namespace sidestream
