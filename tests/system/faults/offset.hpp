#pragma once
// Offsets of all brokers as one comparable value, and event ids as vectors of them.
//
// Thread: any. Errors: throws std::runtime_error if a text is not a valid id.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace e2e::faults {

// 42 is {42, 0}; Redis's 1526919030474-55 is {1526919030474, 55}.
struct Offset {
  std::int64_t major = -1;  // before the first record
  std::uint64_t minor = 0;

  auto operator<=>(const Offset&) const = default;
  // Lies between this offset and every later one.
  Offset just_after() const { return {major, minor + 1}; }
  // Redis's and the embedded log's are times, so those of a generation are above all before it.
  bool is_time() const { return major >= 1'000'000'000'000; }
  static Offset parse(std::string_view text);
  std::string text() const;
};

// By partition, from `42` as well as from `0.42~1.17~2.-1`.
std::vector<Offset> parse_id(std::string_view id);

}  // namespace e2e::faults
