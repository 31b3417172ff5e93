#pragma once
// Hexadecimal text, in lower case.
//
// Thread: any.

#include <cstddef>
#include <cstdint>
#include <string>

namespace sidestream {

// Two digits for a byte.
inline void append_hex(std::string& out, std::uint8_t byte) {
  constexpr char digits[] = "0123456789abcdef";
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

// Sixteen digits, with leading zeros. Appended as one piece: each proxied request gets an id.
inline void append_number_in_hex(std::string& out, std::uint64_t number) {
  char text[16];
  for (std::size_t i = sizeof text; i > 0; number >>= 4U)
    text[--i] = "0123456789abcdef"[number & 15U];
  out.append(text, sizeof text);
}

inline std::string in_hex(std::uint64_t number) {
  std::string text;
  append_number_in_hex(text, number);
  return text;
}

}  // namespace sidestream
