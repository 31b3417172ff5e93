#pragma once
// The `traceparent` of requests and records: https://www.w3.org/TR/trace-context/. Pure.
//
// Thread: any.

#include <string>
#include <string_view>

namespace sidestream {

// Neither id all zeros; of a later version than 00 what that knows is read.
bool is_traceparent(std::string_view text);
// Requires: is_traceparent(text).
std::string trace_id_of(std::string_view text);

}  // namespace sidestream
