#pragma once
// The streams of one event loop, by slot. A slot is small and reused; a name is unique over all
// streams of the loop and contains the slot.
//
// Thread: one event loop. Owns the streams.

#include <cstdint>
#include <memory>
#include <vector>

#include "sidecar/http/streams/stream.hpp"

namespace sidestream {

class StreamSlots {
 public:
  std::uint64_t name_of(std::uint32_t slot) const {
    return (static_cast<std::uint64_t>(slots_[slot].generation) << 32) | slot;
  }
  static std::uint32_t slot_of(std::uint64_t name) { return static_cast<std::uint32_t>(name); }

  // The stream with that name. Null: it is gone.
  Stream* find(std::uint64_t name) const {
    const std::uint32_t slot = slot_of(name);
    if (slot >= slots_.size() || name_of(slot) != name) return nullptr;
    return slots_[slot].stream.get();
  }
  // Requires: the slot has a stream.
  Stream& operator[](std::uint32_t slot) const { return *slots_[slot].stream; }
  bool has(std::uint32_t slot) const { return slots_[slot].stream != nullptr; }
  // One more than the highest slot.
  std::uint32_t end() const { return static_cast<std::uint32_t>(slots_.size()); }

  // Reserves a slot for put().
  std::uint32_t take();
  void put(std::uint32_t slot, std::unique_ptr<Stream> stream) {
    slots_[slot].stream = std::move(stream);
  }
  // Destroys the stream and frees its slot.
  void remove(std::uint32_t slot);

 private:
  struct Slot {
    std::unique_ptr<Stream> stream;
    std::uint32_t generation = 0;  // how often the slot was reused
  };
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace sidestream
