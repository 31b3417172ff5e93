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

// What an item says of the log's end, where the topic has `end:`.
enum class EndMark : std::uint8_t {
  goes_on,  // a record that does not end the log, or records that were lost
  ends,     // a record that ends it
  none,     // no record
};

class EncodedBatch {
 public:
  struct Item {
    FrameKind kind;
    EndMark mark = EndMark::goes_on;
    Partition partition;
    Offset offset;
    std::int64_t time_ms;
    std::size_t begin;
    std::size_t end;
    std::uint32_t breaks_begin = 0;
    std::uint32_t tags_begin = 0;
    std::uint32_t tags_end = 0;
  };

  // Write the body (event and data lines) of the next item here, then call add().
  std::string& out() { return bytes_; }

  // Adds an item. Its body is what was written since the last call; a skip has none.
  void add(FrameKind kind, Partition partition, Offset offset, std::int64_t time_ms) {
    items_.push_back({kind, EndMark::goes_on, partition, offset, time_ms, taken_, bytes_.size()});
    taken_ = bytes_.size();
  }
  // How the lines of the last item's data end (dialect/data_lines.hpp). Call it before its tags are
  // written.
  void break_last(std::string_view breaks) {
    hidden_.append(breaks).append("\n");
    Item& last = items_.back();
    last.breaks_begin = hidden_taken_;
    last.tags_begin = last.tags_end = hidden_taken_ = static_cast<std::uint32_t>(hidden_.size());
  }
  void mark_last(EndMark mark) { items_.back().mark = mark; }
  // Write the tags of the last item here, then call tag_last() or drop_tags().
  std::string& tags_out() { return hidden_; }
  std::string_view new_tags() const { return std::string_view(hidden_).substr(hidden_taken_); }
  void drop_tags() { hidden_.resize(hidden_taken_); }
  void tag_last() {
    Item& last = items_.back();
    if (last.tags_begin == 0) last.breaks_begin = hidden_taken_;  // it has none
    last.tags_begin = hidden_taken_;
    last.tags_end = hidden_taken_ = static_cast<std::uint32_t>(hidden_.size());
  }
  void clear() {
    bytes_.clear();
    hidden_.clear();
    hidden_taken_ = 0;
    items_.clear();
    taken_ = 0;
  }
  const std::vector<Item>& items() const { return items_; }
  bool empty() const { return items_.empty(); }
  std::string_view body(const Item& item) const {
    return std::string_view(bytes_).substr(item.begin, item.end - item.begin);
  }
  HiddenBytes hidden(const Item& item) const {
    return {{hidden_.data() + item.tags_begin, item.tags_end - item.tags_begin},
            {hidden_.data() + item.breaks_begin, item.tags_begin - item.breaks_begin}};
  }

 private:
  std::string bytes_;
  std::string hidden_;  // of each item the breaks, then the tags
  std::vector<Item> items_;
  std::size_t taken_ = 0;
  std::uint32_t hidden_taken_ = 0;
};

}  // namespace sidestream
