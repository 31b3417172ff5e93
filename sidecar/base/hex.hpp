#pragma once
// Hexadecimal text, in lower case.
//
// Thread: any.

#include <cstdint>
#include <string>

namespace sidestream {

// Two digits for a byte.
inline void append_hex(std::string& out, std::uint8_t byte) {
  constexpr char digits[] = "0123456789abcdef";
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

// Sixteen digits, with leading zeros.
inline std::string in_hex(std::uint64_t number) {
  std::string text;
  for (int shift = 56; shift >= 0; shift -= 8)
    append_hex(text, static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
  return text;
}

}  // namespace sidestream
