#include "sidecar/http/streams/wire.hpp"

#include <algorithm>
#include <cassert>

#include "sidecar/http/net/chunk.hpp"
#include "sidecar/stream/dialect/translate.hpp"

namespace sidestream {
namespace {

constexpr std::size_t framing_max = 32;  // of one chunk

std::string_view tail_of(Coding coding) {
  return coding == Coding::chunked ? chunk_end : std::string_view();
}

std::string translate(Dialect dialect, const Run& run) {
  std::string out;
  out.reserve(run.blocks.size() + run.blocks.size() / 4);
  const Segment& segment = *run.segment;
  for (std::uint64_t sequence = run.from; sequence < run.to; ++sequence) {
    const auto i = static_cast<std::size_t>(sequence - segment.first());
    append_translated(dialect, out, segment.blocks(i, i + 1), segment.breaks(segment.frame(i)));
  }
  return out;
}

}  // namespace

std::size_t SendPieces::size() const {
  std::size_t all = 0;
  for (const std::string_view view : span()) all += view.size();
  return all;
}

SendPieces SendPieces::after(std::size_t bytes) const {
  SendPieces rest;
  for (std::string_view view : span()) {
    const std::size_t skipped = std::min(bytes, view.size());
    bytes -= skipped;
    rest.add(view.substr(skipped));
  }
  return rest;
}

void SendPieces::append_to(std::string& out) const {
  for (const std::string_view view : span()) out.append(view);
}

Wire::Wire(Dialect dialect, Coding coding, const Run& run, Memory& memory) : memory_(memory) {
  if (dialect != Dialect::event_stream) {
    copy(coding, translate(dialect, run));
  } else if (run.blocks.size() <= run_bytes_max) {
    copy(coding, run.blocks);
  } else {
    if (coding == Coding::chunked) append_chunk_head(bytes_, run.blocks.size());
    segment_ = run.segment;
    blocks_ = run.blocks;
    tail_ = tail_of(coding);
  }
  size_ = bytes_.size() + blocks_.size() + tail_.size();
}

void Wire::copy(Coding coding, std::string_view blocks) {
  bytes_.reserve(blocks.size() + framing_max);
  if (coding == Coding::chunked) append_chunk_head(bytes_, blocks.size());
  bytes_.append(blocks).append(tail_of(coding));
}

Wire::~Wire() {
  if (pinned_ > 0) memory_.unpin(pinned_);
}

SendPieces Wire::pieces() const {
  SendPieces all;
  all.add(bytes_);
  all.add(blocks_);
  all.add(tail_);
  return all;
}

void Wire::retire() {
  assert(pinned_ == 0);
  pinned_ = bytes_.capacity() + (segment_ ? segment_->footprint() : 0);
  memory_.pin(pinned_);
}

SendPieces code_blocks(Coding coding, std::string_view blocks, bool last, std::string& head) {
  static constexpr std::string_view end_of_last = "\r\n0\r\n\r\n";
  static_assert(end_of_last.substr(0, 2) == chunk_end && end_of_last.substr(2) == last_chunk);
  SendPieces pieces;
  head.clear();
  if (coding == Coding::chunked) {
    append_chunk_head(head, blocks.size());
    pieces.add(head);
  }
  pieces.add(blocks);
  if (coding == Coding::chunked) pieces.add(last ? end_of_last : chunk_end);
  return pieces;
}

}  // namespace sidestream
