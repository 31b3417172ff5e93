#pragma once
// Value types shared by connectors and the stream layer: records, offsets, positions.

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sidestream {

using Partition = std::int32_t;

// The place of one record in its partition. Also a reader's resume point: everything up to and
// including this record was delivered.
//
//   Kafka, embedded  the broker's offset; -1 is before the first record
//   Redis            the entry id `ms-seq` as one number, ms in the upper half; 0 ("0-0") is before
//                    the first entry
//
// In both, `offset + 1` is the smallest place after it, and places compare as numbers do.
struct Offset {
  __extension__ typedef __int128 Number;
  Number value = -1;

  static constexpr Offset of(std::int64_t n) { return Offset{n}; }
  // Requires: ms < 2^63.
  static constexpr Offset of_entry(std::uint64_t ms, std::uint64_t seq) {
    return Offset{(static_cast<Number>(ms) << 64) | static_cast<Number>(seq)};
  }
  constexpr std::int64_t number() const { return static_cast<std::int64_t>(value); }
  constexpr std::uint64_t entry_ms() const { return static_cast<std::uint64_t>(value >> 64); }
  constexpr std::uint64_t entry_seq() const { return static_cast<std::uint64_t>(value); }
  constexpr Offset next() const { return Offset{value + 1}; }
  constexpr Offset previous() const { return Offset{value - 1}; }
  friend constexpr auto operator<=>(const Offset&, const Offset&) = default;
};

// The text form of a connector's offsets in event ids.
enum class OffsetFormat {
  integer,  // 42
  entry,    // 1526919030474-55
};

// A resume point in a log: the last offset delivered of each partition, by partition number.
using Position = std::vector<Offset>;

using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;  // absent: a Kafka header without a value
};

// One record as the broker holds it. Views: valid during the call that passes it.
struct Record {
  Partition partition = 0;
  Offset offset;
  Timestamp timestamp{};  // the broker's; the epoch if it has none
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;  // absent: a tombstone
  // Redis: field `event`. Embedded: the published event name. Kafka: empty.
  std::string_view event;
  std::span<const Header> headers;  // Kafka headers; Redis: the entry's other fields
};

}  // namespace sidestream
