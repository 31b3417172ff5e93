#pragma once
// Names of topics and connectors: 1 to 64 characters of A-Z a-z 0-9 _ -. They are part of composite
// event ids, so the alphabet must not grow.
//
// Thread: any.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sidestream {

inline constexpr std::size_t name_length_max = 64;

constexpr bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= name_length_max && std::ranges::all_of(text, fits);
}

}  // namespace sidestream
