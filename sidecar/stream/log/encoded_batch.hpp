#pragma once
// A batch of encoded records on the way from the encoder into a topic log or a page.
//
// Thread: one.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/stream/log/segment.hpp"

namespace sidestream {

class EncodedBatch {
 public:
  struct Item {
    FrameKind kind;
    Partition partition;
    Offset offset;
    std::int64_t time_ms;
    std::size_t begin;
    std::size_t end;
  };

  // Write the body (event and data lines) of the next item here, then call add().
  std::string& out() { return bytes_; }

  // Adds an item. Its body is what was written since the last call; a skip has none.
  void add(FrameKind kind, Partition partition, Offset offset, std::int64_t time_ms) {
    items_.push_back({kind, partition, offset, time_ms, taken_, bytes_.size()});
    taken_ = bytes_.size();
  }
  void clear() {
    bytes_.clear();
    items_.clear();
    taken_ = 0;
  }
  const std::vector<Item>& items() const { return items_; }
  bool empty() const { return items_.empty(); }
  std::string_view body(const Item& item) const {
    return std::string_view(bytes_).substr(item.begin, item.end - item.begin);
  }

 private:
  std::string bytes_;
  std::vector<Item> items_;
  std::size_t taken_ = 0;
};

}  // namespace sidestream
