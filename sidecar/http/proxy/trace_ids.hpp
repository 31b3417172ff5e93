#pragma once
// Names of requests, for logs that are read side by side. Pure but for the dice.
//
// Thread: any; each has its own dice.

#include <string>
#include <string_view>

namespace sidestream {

// 1 to 128 of A-Z a-z 0-9 . _ ~ : / + = -
bool is_request_id(std::string_view text);
std::string make_request_id();

// Of the W3C's Trace Context, for a request that has none.
std::string make_traceparent();

}  // namespace sidestream
