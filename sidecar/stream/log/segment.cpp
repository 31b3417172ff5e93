#include "sidecar/stream/log/segment.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

namespace sidestream {
namespace {

constexpr std::string_view crlf = "\r\n";

struct ChunkHead {
  std::array<char, 18> text;
  std::uint8_t size;
};

// "<hex size>\r\n" (RFC 9112, 7.1)
ChunkHead chunk_head(std::size_t size) {
  ChunkHead head{};
  char* end = std::to_chars(head.text.data(), head.text.data() + 16, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  head.size = static_cast<std::uint8_t>(end - head.text.data());
  return head;
}

}  // namespace

Segment::Segment(std::size_t bytes_max, std::size_t frames_max, std::uint64_t first, Position base,
                 Memory* memory)
    : data_(new char[bytes_max]),
      index_(new Frame[frames_max]),
      bytes_max_(bytes_max),
      frames_max_(frames_max),
      first_(first),
      base_(std::move(base)),
      memory_(memory) {}

void Segment::retire() {
  if (pins_.fetch_add(1) > 0) memory_->pin(footprint());
}

Segment::Pin::Pin(std::shared_ptr<const Segment> segment) : segment_(std::move(segment)) {
  if (segment_->pins_.fetch_add(2) == 1) segment_->memory_->pin(segment_->footprint());
}

Segment::Pin::~Pin() {
  if (segment_->pins_.fetch_sub(2) == 3) segment_->memory_->unpin(segment_->footprint());
}

std::size_t Segment::frame_size(std::size_t body, std::size_t id_line) {
  if (body == 0) return 0;
  const std::size_t block = body + id_line + 1;
  return chunk_head(block).size + block + crlf.size();
}

void Segment::append(FrameKind kind, Partition partition, Offset offset, std::int64_t time_ms,
                     std::string_view body, std::string_view id_line) {
  assert(has_room(frame_size(body.size(), id_line.size())));
  Frame& f = index_[frames_];
  f.offset = offset;
  f.time_ms = time_ms;
  f.partition = static_cast<std::uint16_t>(partition);
  f.kind = kind;
  f.begin = f.id = f.end = static_cast<std::uint32_t>(bytes_);
  f.head = 0;
  if (!body.empty()) {
    char* out = data_.get() + bytes_;
    const auto put = [&out](std::string_view text) {
      std::memcpy(out, text.data(), text.size());
      out += text.size();
    };
    const ChunkHead head = chunk_head(body.size() + id_line.size() + 1);
    put({head.text.data(), head.size});
    put(body);
    f.head = head.size;
    f.id = static_cast<std::uint32_t>(out - data_.get());
    put(id_line);
    put("\n");
    put(crlf);
    f.end = static_cast<std::uint32_t>(out - data_.get());
    bytes_ = f.end;
  }
  ++frames_;
}

std::string_view Segment::wire(std::size_t from, std::size_t to) const {
  const std::uint32_t begin = index_[from].begin;
  const std::uint32_t end = to == from ? begin : index_[to - 1].end;
  return {data() + begin, end - begin};
}

}  // namespace sidestream
