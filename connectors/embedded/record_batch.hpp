#pragma once
// Records that were read, with their memory. Reused from batch to batch. Private to the folder.
//
// Rows are copied out of SQLite so that a slow sink does not keep a read transaction open, which
// would keep the WAL from being started anew.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/record.hpp"

namespace sidestream::embedded {

class RecordBatch {
 public:
  void clear() {
    places_.clear();
    records_.clear();
    // What one large record needed is not kept for ever.
    if (bytes_.capacity() > kept_max) std::string().swap(bytes_);
    bytes_.clear();
  }

  void add(std::int64_t offset, std::int64_t time_ms, std::optional<std::string_view> key,
           std::string_view event, std::string_view value) {
    places_.push_back(
        {offset, time_ms, key.has_value(), key ? key->size() : 0, event.size(), value.size()});
    if (key) bytes_ += *key;
    bytes_ += event;
    bytes_ += value;
  }

  bool empty() const { return places_.empty(); }
  std::size_t size() const { return places_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  Offset first() const { return Offset::of(places_.front().offset); }
  Offset last() const { return Offset::of(places_.back().offset); }

  // Valid until clear() or add().
  std::span<const Record> records() {
    records_.clear();
    std::string_view rest = bytes_;
    const auto take = [&rest](std::size_t size) {
      const auto taken = rest.substr(0, size);
      rest.remove_prefix(size);
      return taken;
    };
    for (const auto& place : places_) {
      Record record;
      record.offset = Offset::of(place.offset);
      record.timestamp = Timestamp(std::chrono::milliseconds(place.time_ms));
      const auto key = take(place.key);
      if (place.has_key) record.key = key;
      record.event = take(place.event);
      record.value = take(place.value);
      records_.push_back(record);
    }
    return records_;
  }

 private:
  static constexpr std::size_t kept_max = 1024 * 1024;
  struct Place {
    std::int64_t offset;
    std::int64_t time_ms;
    bool has_key;
    std::size_t key, event, value;
  };
  std::vector<Place> places_;
  std::vector<Record> records_;
  std::string bytes_;
};

}  // namespace sidestream::embedded
