#pragma once
// Parses and formats durations, sizes and ranges of durations. Pure; std only.
//
// Thread: any. Errors: absent; the caller adds duration_help or size_help to its text. A value too
// large for its type becomes the largest value, so that the range check refuses it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sidestream {

inline constexpr std::string_view duration_help =
    "a whole number and ms, s, m, h or d, no space, like 15s";
inline constexpr std::string_view size_help =
    "a whole number and B, KiB, MiB, GiB or TiB, no space, like 16MiB";

// `250ms`, `15s`, `10m`, `2h`, `7d`, or a plain `0`.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// `64KiB`, `16MiB`, or a plain `0`.
std::optional<std::uint64_t> parse_size(std::string_view text);

// `2s..6s`, or one duration for both ends. The ends are in the order of the text.
std::optional<std::pair<std::chrono::milliseconds, std::chrono::milliseconds>> parse_duration_range(
    std::string_view text);

// The correct spelling of a text like `15 sec` or `16MB`, if it is unambiguous.
std::optional<std::string> mend_duration(std::string_view text);
std::optional<std::string> mend_size(std::string_view text);

// The spelling with the largest unit that is exact: 90000 -> `90s`, 0 -> `0s`.
std::string format_duration(std::chrono::milliseconds duration);
std::string format_size(std::uint64_t bytes);

// Digits only, no sign, no leading zero.
std::optional<std::uint64_t> parse_whole_number(std::string_view text);

}  // namespace sidestream
