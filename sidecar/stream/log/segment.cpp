#include "sidecar/stream/log/segment.hpp"

#include <cassert>
#include <cstring>
#include <utility>

namespace sidestream {

Segment::Segment(std::size_t bytes_max, std::size_t frames_max, std::uint64_t first, Position base)
    : data_(new char[bytes_max]),
      index_(new Frame[frames_max]),
      bytes_max_(bytes_max),
      frames_max_(frames_max),
      hidden_begin_(bytes_max),
      first_(first),
      base_(std::move(base)) {}

void Segment::append(FrameKind kind, Partition partition, Offset offset, std::int64_t time_ms,
                     std::string_view body, std::string_view id_line, HiddenBytes hidden) {
  assert(has_room(frame_size(body.size(), id_line.size()) + hidden.size()));
  Frame& f = index_[frames_];
  f.offset = offset;
  f.time_ms = time_ms;
  f.partition = static_cast<std::uint16_t>(partition);
  f.kind = kind;
  f.begin = f.id = f.end = static_cast<std::uint32_t>(bytes_);
  if (!body.empty()) {
    char* out = data_.get() + bytes_;
    std::memcpy(out, body.data(), body.size());
    out += body.size();
    std::memcpy(out, id_line.data(), id_line.size());
    out += id_line.size();
    *out++ = '\n';
    f.id += static_cast<std::uint32_t>(body.size());
    f.end = static_cast<std::uint32_t>(out - data_.get());
    bytes_ = f.end;
  }
  if (!hidden.tags.empty()) f.tags = append_hidden(hidden.tags);
  if (!hidden.breaks.empty()) f.breaks = append_hidden(hidden.breaks);
  ++frames_;
}

std::uint32_t Segment::append_hidden(std::string_view bytes) {
  hidden_begin_ -= bytes.size();
  std::memcpy(data_.get() + hidden_begin_, bytes.data(), bytes.size());
  return static_cast<std::uint32_t>(hidden_begin_);
}

std::string_view Segment::blocks(std::size_t from, std::size_t to) const {
  const std::uint32_t begin = index_[from].begin;
  const std::uint32_t end = to == from ? begin : index_[to - 1].end;
  return {data_.get() + begin, end - begin};
}

}  // namespace sidestream
