#pragma once
// Records read from the database, with their memory. Reused for each batch. Private to the folder.
//
// Rows are copied out of SQLite, so that a slow sink keeps no read transaction open. An open one
// would prevent SQLite from restarting its WAL.
//
// Thread: one at a time.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/embedded/packed_fields.hpp"
#include "connectors/record.hpp"

namespace sidestream::embedded {

class RowBatch {
 public:
  void clear() {
    rows_.clear();
    records_.clear();
    // The memory of one large record is not kept forever.
    if (bytes_.capacity() > kept_max) std::string().swap(bytes_);
    bytes_.clear();
  }

  void add(std::int64_t offset, std::int64_t time_ms, std::optional<std::string_view> key,
           std::string_view event, std::string_view value, std::string_view fields) {
    rows_.push_back({offset, time_ms, key.has_value(), key ? key->size() : 0, event.size(),
                     value.size(), fields.size()});
    if (key) bytes_ += *key;
    bytes_ += event;
    bytes_ += value;
    bytes_ += fields;
  }

  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  Offset first() const { return Offset::of(rows_.front().offset); }
  Offset last() const { return Offset::of(rows_.back().offset); }

  // Valid until clear() or add().
  std::span<const Record> records() {
    records_.clear();
    headers_.clear();
    headers_end_.clear();
    std::string_view rest = bytes_;
    const auto take = [&rest](std::size_t size) {
      const auto taken = rest.substr(0, size);
      rest.remove_prefix(size);
      return taken;
    };
    for (const auto& row : rows_) {
      Record record;
      record.offset = Offset::of(row.offset);
      record.timestamp = Timestamp(std::chrono::milliseconds(row.time_ms));
      const auto key = take(row.key);
      if (row.has_key) record.key = key;
      record.event = take(row.event);
      record.value = take(row.value);
      records_.push_back(record);
      unpack_fields(take(row.fields), headers_);
      headers_end_.push_back(headers_.size());
    }
    bind_headers();
    return records_;
  }

 private:
  static constexpr std::size_t kept_max = 1024 * 1024;
  struct Row {
    std::int64_t offset;
    std::int64_t time_ms;
    bool has_key;
    std::size_t key, event, value, fields;
  };
  // After the last row: headers_ may have been reallocated while it grew.
  void bind_headers() {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < records_.size(); begin = headers_end_[i++])
      records_[i].headers = std::span(headers_).subspan(begin, headers_end_[i] - begin);
  }

  std::vector<Row> rows_;
  std::vector<Record> records_;
  std::vector<Header> headers_;
  std::vector<std::size_t> headers_end_;  // of each record in headers_
  std::string bytes_;
};

}  // namespace sidestream::embedded
