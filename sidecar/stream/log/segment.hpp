#pragma once
// A stretch of encoded frames in one contiguous buffer, ready to be sent as they lie.
//
// A frame on the wire (HTTP/1.1 chunk framing included, so that a range of frames is one send):
//
//   1f\r\n  event: x\n data: ...\n  id: 42\n \n  \r\n
//   ^begin  ^block                 ^id          ^block end  ^end
//
// A *mark* is a frame without bytes: it only says that a partition has moved on (a skipped
// tombstone, a transaction marker).
//
// Thread: one writer appends; readers look only at frames below a count they got after the append
// (from TopicLog's lock, or with the finished page), so that nothing is read while it is written.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "connectors/record.hpp"
#include "sidecar/stream/log/memory.hpp"

namespace sidestream {

enum class FrameKind : std::uint8_t {
  record,
  unsendable,    // a gap of one record that can't be sent
  loss,          // a gap of records that the broker no longer has
  loss_at_most,  // the same where offsets don't count records
  mark,
};
constexpr bool is_loss(FrameKind kind) {
  return kind == FrameKind::loss || kind == FrameKind::loss_at_most;
}
constexpr bool is_gap(FrameKind kind) { return kind == FrameKind::unsendable || is_loss(kind); }

struct Frame {
  Offset offset;             // the partition's position after this frame
  std::int64_t time_ms = 0;  // broker's timestamp of the record; 0: none
  std::uint32_t begin = 0;
  std::uint32_t id = 0;
  std::uint32_t end = 0;
  std::uint16_t partition = 0;
  std::uint8_t head = 0;  // length of the chunk's size line
  FrameKind kind = FrameKind::record;
};

class Segment {
 public:
  // `first`: sequence of its first frame. `base`: the log's position before it.
  // `memory` outlives the segment and learns of its bytes while it is both retired and pinned.
  Segment(std::size_t bytes_max, std::size_t frames_max, std::uint64_t first, Position base,
          Memory* memory);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // Bytes that a frame of this body and id line takes.
  static std::size_t frame_size(std::size_t body, std::size_t id_line);
  bool has_room(std::size_t bytes) const {
    return frames_ < frames_max_ && bytes_ + bytes <= bytes_max_;
  }
  // Requires: has_room. `body`: event and data lines; `id_line`: "id: ...\n". Both empty for a
  // mark.
  void append(FrameKind kind, Partition partition, Offset offset, std::int64_t time_ms,
              std::string_view body, std::string_view id_line);

  // Called once, when the segment leaves its log or the kept pages.
  void retire();
  bool retired() const { return (pins_.load(std::memory_order_relaxed) & 1) != 0; }

  // Held for one half-sent frame, however long its reader takes. Thread: any. Whoever only looks
  // (a loop's view, until its next wake) needs none.
  class Pin {
   public:
    explicit Pin(std::shared_ptr<const Segment> segment);
    ~Pin();
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    const Segment* operator->() const { return segment_.get(); }

   private:
    std::shared_ptr<const Segment> segment_;
  };

  std::uint64_t first() const { return first_; }
  const Position& base() const { return base_; }
  std::size_t frames() const { return frames_; }  // writer, or after the last append
  std::size_t footprint() const { return bytes_max_ + frames_max_ * sizeof(Frame); }

  const Frame& frame(std::size_t i) const { return index_[i]; }
  const char* data() const { return data_.get(); }
  // The wire bytes of frames [from, to).
  std::string_view wire(std::size_t from, std::size_t to) const;
  // Event and data lines, without the id line and without chunk framing.
  std::string_view body(const Frame& f) const {
    return {data() + f.begin + f.head, f.id - f.begin - f.head};
  }
  // "id: ...\n"
  std::string_view id_line(const Frame& f) const { return {data() + f.id, f.end - 3 - f.id}; }

 private:
  std::unique_ptr<char[]> data_;
  std::unique_ptr<Frame[]> index_;
  std::size_t bytes_max_;
  std::size_t frames_max_;
  std::size_t bytes_ = 0;
  std::size_t frames_ = 0;
  std::uint64_t first_;
  Position base_;
  Memory* memory_;
  mutable std::atomic<std::uint32_t> pins_{0};  // twice as many; odd once it is retired
};

}  // namespace sidestream
