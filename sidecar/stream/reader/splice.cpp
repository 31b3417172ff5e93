#include "sidecar/stream/reader/splice.hpp"

#include <algorithm>

namespace sidestream {
namespace {

Offset& entry(Position& position, std::size_t partition) {
  if (partition >= position.size()) position.resize(partition + 1);
  return position[partition];
}

}  // namespace

bool at_or_after(const Position& position, const Position& other) {
  for (std::size_t p = 0; p < other.size(); ++p) {
    if ((p < position.size() ? position[p] : Offset{}) < other[p]) return false;
  }
  return true;
}

std::uint64_t Splice::join(const LogView& view, Position& position) {
  // An id from another replica may name more partitions than this log knows yet.
  position.resize(std::max(position.size(), view.head_position.size()));
  std::uint64_t cursor = view.head;
  log_ = view.head_position;
  if (!at_or_after(position, view.head_position)) {
    for (auto segment = view.segments.rbegin(); segment != view.segments.rend(); ++segment) {
      cursor = (*segment)->first();
      log_ = (*segment)->base();
      if (at_or_after(position, log_)) break;
    }
  }
  log_.resize(position.size());
  differing_ = 0;
  for (std::size_t p = 0; p < position.size(); ++p) {
    if (position[p] != log_[p]) ++differing_;
  }
  return cursor;
}

bool Splice::knows(const Frame& frame, Position& position) {
  return frame.offset <= entry(position, frame.partition);
}

void Splice::pass(const Frame& frame, Position& position) {
  Offset& own = entry(position, frame.partition);
  Offset& logs = entry(log_, frame.partition);
  const bool differed = own != logs;
  logs = frame.offset;
  own = std::max(own, frame.offset);
  const bool differs = own != logs;
  if (differs == differed) return;
  if (differs) {
    ++differing_;
  } else {
    --differing_;
  }
}

}  // namespace sidestream
