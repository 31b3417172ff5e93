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
//   Redis            the entry id `ms-seq` as one number of 128 bits, ms in the upper half; 0 ("0-0")
//                    is before the first entry
//
// In both, `offset + 1` is the smallest place after it, and places compare as numbers do.
class Offset {
 public:
  __extension__ typedef unsigned __int128 Number;

  constexpr Offset() = default;  // -1: before everything, whatever the connector
  // A number below -1 is -1.
  constexpr Offset(std::int64_t n) : places_(n < -1 ? 0 : Number(n) + 1) {}
  static constexpr Offset of(std::int64_t n) { return {n}; }
  // Requires: less than the greatest pair of numbers.
  static constexpr Offset of_entry(std::uint64_t ms, std::uint64_t seq) {
    Offset offset;
    offset.places_ = (Number(ms) << 64 | seq) + 1;
    return offset;
  }
  constexpr std::int64_t number() const { return static_cast<std::int64_t>(places_ - 1); }
  // Require: not -1.
  constexpr std::uint64_t entry_ms() const {
    return static_cast<std::uint64_t>((places_ - 1) >> 64);
  }
  constexpr std::uint64_t entry_seq() const { return static_cast<std::uint64_t>(places_ - 1); }
  // The first and the last place of all stay where they are.
  constexpr Offset next() const { return moved(places_ + 1 > places_ ? 1 : 0); }
  constexpr Offset previous() const { return moved(places_ > 0 ? -1 : 0); }
  // How many places further than `other` it is.
  constexpr Number since(Offset other) const { return places_ - other.places_; }
  friend constexpr auto operator<=>(const Offset&, const Offset&) = default;

 private:
  constexpr Offset moved(int by) const {
    Offset offset;
    offset.places_ = places_ + Number(by);
    return offset;
  }

  Number places_ = 0;  // before this one, counted from -1, so that all entry ids have room
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
