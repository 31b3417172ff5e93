#pragma once
// A time for people and machines. Pure. Thread: any.

#include <cstdint>
#include <string>

namespace sidestream {

// RFC 3339 in UTC with milliseconds; `ms`: Unix time.
std::string format_time(std::int64_t ms);

}  // namespace sidestream
