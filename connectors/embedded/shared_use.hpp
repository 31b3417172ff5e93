#pragma once
// What all logs in memory hold together, and the limits that they share. Without shared limits (a
// file) it counts, and nothing is ever exceeded. Private to the folder.
//
// Thread: the writer's.

#include <cstdint>
#include <string_view>

#include "connectors/embedded/embedded_connector.hpp"

namespace sidestream::embedded {

class SharedUse {
 public:
  explicit SharedUse(const EmbeddedOptions& options)
      : bytes_max_(options.memory_bytes), records_max_(options.memory_records) {}

  bool is_limited() const { return bytes_max_ > 0; }
  // What a record takes besides its key, event and value.
  std::int64_t record_overhead() const { return is_limited() ? 64 : 0; }
  // What a log without records takes: a row and its entries in two indexes.
  static std::int64_t log_cost(std::string_view name) {
    return 200 + 2 * static_cast<std::int64_t>(name.size());
  }

  void set(std::int64_t bytes, std::int64_t records) {
    bytes_ = bytes;
    records_ = records;
  }
  void add(std::int64_t bytes, std::int64_t records) { set(bytes_ + bytes, records_ + records); }
  void remove(std::int64_t bytes, std::int64_t records) { add(-bytes, -records); }

  bool exceeds_bytes() const { return exceeds(bytes_, bytes_max_); }
  bool exceeds_records() const { return exceeds(records_, records_max_); }
  // Whether it exceeds a limit even after so much is removed.
  bool exceeds_without(std::int64_t bytes, std::int64_t records) const {
    return exceeds(bytes_ - bytes, bytes_max_) || exceeds(records_ - records, records_max_);
  }

 private:
  static bool exceeds(std::int64_t used, std::uint64_t limit) {
    return limit > 0 && used > 0 && static_cast<std::uint64_t>(used) > limit;
  }

  std::uint64_t bytes_max_;
  std::uint64_t records_max_;
  std::int64_t bytes_ = 0;
  std::int64_t records_ = 0;
};

}  // namespace sidestream::embedded
