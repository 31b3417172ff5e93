#include "sidecar/http/streams/stream_slots.hpp"

namespace sidestream {
namespace {

// Grows by an eighth instead of twice: there are many streams, and few new slots a second.
template <typename T>
void make_room(std::vector<T>& slots) {
  if (slots.size() == slots.capacity()) slots.reserve(slots.size() + slots.size() / 8 + 16);
}

}  // namespace

std::uint32_t StreamSlots::take() {
  if (free_.empty()) {
    make_room(streams_);
    make_room(generations_);
    streams_.emplace_back();
    generations_.push_back(0);
    return end() - 1;
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void StreamSlots::remove(std::uint32_t slot) {
  streams_[slot].reset();
  ++generations_[slot];
  free_.push_back(slot);
}

}  // namespace sidestream
