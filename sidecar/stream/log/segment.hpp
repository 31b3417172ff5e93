#pragma once
// A sequence of encoded frames in one contiguous buffer.
//
// A frame holds one block of an event stream, without any transfer coding:
//
//   event: x\n data: ...\n  id: 42\n  \n
//   ^begin                  ^id          ^end
//
// A frame of kind `skip` has no bytes. It says that a partition has moved past records that are
// not sent (a tombstone, a transaction marker).
//
// What readers don't get fills the buffer from its end, so that the blocks stay contiguous: the tags,
// which filters compare (filter/field_tags.hpp), and the line ends of data with CRs
// (dialect/data_lines.hpp).
//
// Thread: one writer appends; readers look only at frames below a count they got after the append
// (from TopicLog's lock, or with the finished page). So no frame is read while it is written.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "connectors/record.hpp"

namespace sidestream {

enum class FrameKind : std::uint8_t {
  record,
  unsendable,    // a gap of one record that can't be sent
  loss,          // a gap of records that the broker no longer has
  loss_at_most,  // the same where offsets don't count records
  skip,
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
  FrameKind kind = FrameKind::record;
  std::uint32_t tags = 0;    // where they begin; 0: it has none
  std::uint32_t breaks = 0;  // the same
};
static_assert(sizeof(Frame) == 48, "tags and breaks take what was padding");

// Bytes of a frame that are not sent. `breaks` ends with LF, unless it is empty.
struct HiddenBytes {
  std::string_view tags{};
  std::string_view breaks{};
  std::size_t size() const { return tags.size() + breaks.size(); }
};

class Segment {
 public:
  // `first`: sequence of its first frame. `base`: the log's position before it.
  Segment(std::size_t bytes_max, std::size_t frames_max, std::uint64_t first, Position base);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // Bytes that a frame of this body and id line takes.
  static constexpr std::size_t frame_size(std::size_t body, std::size_t id_line) {
    return body == 0 ? 0 : body + id_line + 1;
  }
  bool has_room(std::size_t bytes) const {
    return frames_ < frames_max_ && bytes_ + bytes <= hidden_begin_;
  }
  // `body`: event and data lines. `id_line`: "id: ...\n". Both are empty for a skip.
  // Requires: has_room, for these and the hidden bytes.
  void append(FrameKind kind, Partition partition, Offset offset, std::int64_t time_ms,
              std::string_view body, std::string_view id_line, HiddenBytes hidden = {});

  std::uint64_t first() const { return first_; }
  const Position& base() const { return base_; }
  std::size_t frames() const { return frames_; }  // writer, or after the last append
  std::size_t footprint() const { return bytes_max_ + frames_max_ * sizeof(Frame); }

  const Frame& frame(std::size_t i) const { return index_[i]; }
  // The blocks of frames [from, to).
  std::string_view blocks(std::size_t from, std::size_t to) const;
  // Event and data lines, without the id line.
  std::string_view body(const Frame& f) const { return {data_.get() + f.begin, f.id - f.begin}; }
  // The frame's tags and what follows them; empty: it has none.
  std::string_view tags(const Frame& f) const {
    if (f.tags == 0) return {};
    return {data_.get() + f.tags, bytes_max_ - f.tags};
  }
  // How the lines of the frame's data end; empty: by LF, all of them.
  std::string_view breaks(const Frame& f) const {
    if (f.breaks == 0) return {};
    const std::string_view rest(data_.get() + f.breaks, bytes_max_ - f.breaks);
    return rest.substr(0, rest.find('\n'));
  }
  // "id: ...\n"; empty: the block has none.
  std::string_view id_line(const Frame& f) const {
    return {data_.get() + f.id, f.end == f.id ? 0 : f.end - 1 - f.id};
  }

 private:
  // Returns where they are.
  std::uint32_t append_hidden(std::string_view bytes);

  std::unique_ptr<char[]> data_;
  std::unique_ptr<Frame[]> index_;
  std::size_t bytes_max_;
  std::size_t frames_max_;
  std::size_t bytes_ = 0;
  std::size_t hidden_begin_;  // of the last frame that has hidden bytes
  std::size_t frames_ = 0;
  std::uint64_t first_;
  Position base_;
};

}  // namespace sidestream
