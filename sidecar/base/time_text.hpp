#pragma once
// The wall clock, and times as text. Thread: any.

#include <cstdint>
#include <string>

namespace sidestream {

// Milliseconds of Unix time, now.
std::int64_t unix_now_ms();

// RFC 3339 in UTC with milliseconds; `ms`: Unix time.
std::string format_time(std::int64_t ms);

// RFC 3339 in UTC with whole seconds; `seconds`: Unix time.
std::string format_seconds(std::int64_t seconds);

// The present time, RFC 3339 in UTC with whole seconds: "2026-01-31T12:00:00Z".
std::string format_now();

}  // namespace sidestream
