#pragma once
// The `traceparent` of requests and records: https://www.w3.org/TR/trace-context/. Pure.
//
// Thread: any.

#include <string>
#include <string_view>

namespace sidestream {

// False if an id is all zeros. Of versions later than 00, the fields of 00 are checked.
bool is_traceparent(std::string_view text);
// Requires: is_traceparent(text).
std::string trace_id_of(std::string_view text);

}  // namespace sidestream
