#include "sidecar/http/streams/stream_slots.hpp"

namespace sidestream {

std::uint32_t StreamSlots::take() {
  if (free_.empty()) {
    slots_.emplace_back();
    return end() - 1;
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void StreamSlots::remove(std::uint32_t slot) {
  slots_[slot].stream.reset();
  ++slots_[slot].generation;
  free_.push_back(slot);
}

}  // namespace sidestream
