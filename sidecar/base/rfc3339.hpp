#pragma once
// Times as RFC 3339 writes them: "2026-01-31T12:00:00Z", with a fraction and an offset. Pure.
//
// Thread: any.

#include <chrono>
#include <optional>
#include <string_view>

namespace sidestream {

using TimeOfMs = std::chrono::sys_time<std::chrono::milliseconds>;

// A space may stand for the T, and for the + of the offset: an unescaped plus of a query becomes one.
std::optional<TimeOfMs> parse_time(std::string_view text);

}  // namespace sidestream
