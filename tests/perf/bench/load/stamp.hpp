#pragma once
// The data of a benchmark's event: its publisher, sequence number and time.
//
//   @ PPPP SSSSSSSS TTTTTTTTTTTTTTTT xxxxx...    hexadecimal, without the blanks
//
// No server writes an '@' of its own, so a reader finds the stamps in a stream without parsing it.

#include <time.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bench {

inline constexpr std::size_t stamp_size = 1 + 4 + 8 + 16;
inline constexpr char stamp_mark = '@';

struct Stamp {
  std::uint32_t publisher = 0;  // below 65536; each counts for itself
  std::uint32_t sequence = 0;
  std::int64_t time_ns = 0;  // monotonic: the same clock for all processes of a machine
};

inline std::int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

inline void append_hex(std::string& out, std::uint64_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    out += "0123456789abcdef"[(value >> shift) & 15];
}

// `size` bytes of data, at least a stamp.
inline std::string event_data(const Stamp& stamp, std::size_t size) {
  std::string data(1, stamp_mark);
  append_hex(data, stamp.publisher, 4);
  append_hex(data, stamp.sequence, 8);
  append_hex(data, static_cast<std::uint64_t>(stamp.time_ns), 16);
  if (data.size() < size) data.append(size - data.size(), 'x');
  return data;
}

inline std::uint64_t read_hex(const char* at, int digits) {
  static constexpr auto values = [] {
    std::array<std::uint8_t, 256> all{};
    for (unsigned c = '0'; c <= '9'; ++c) all[c] = static_cast<std::uint8_t>(c - '0');
    for (unsigned c = 'a'; c <= 'f'; ++c) all[c] = static_cast<std::uint8_t>(c - 'a' + 10);
    return all;
  }();
  std::uint64_t value = 0;
  for (int i = 0; i < digits; ++i) value = value << 4 | values[static_cast<unsigned char>(at[i])];
  return value;
}

// Requires stamp_size bytes at `at`, the first of them the mark.
inline Stamp read_stamp(const char* at) {
  return {static_cast<std::uint32_t>(read_hex(at + 1, 4)),
          static_cast<std::uint32_t>(read_hex(at + 5, 8)),
          static_cast<std::int64_t>(read_hex(at + 13, 16))};
}

}  // namespace bench
