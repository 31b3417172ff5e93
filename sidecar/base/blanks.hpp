#pragma once
// Removes blanks: spaces and tabs, the optional whitespace of HTTP fields (RFC 9110, 5.6.3).
//
// Thread: any.

#include <cstddef>
#include <string_view>

namespace sidestream {

inline constexpr std::string_view blanks = " \t";

// `text` without blanks at its ends; a view into it.
constexpr std::string_view trim_blanks(std::string_view text) {
  const std::size_t from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

}  // namespace sidestream
