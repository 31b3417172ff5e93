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
    return (static_cast<std::uint64_t>(generations_[slot]) << 32) | slot;
  }
  static std::uint32_t slot_of(std::uint64_t name) { return static_cast<std::uint32_t>(name); }

  // The stream with that name. Null: it is gone.
  Stream* find(std::uint64_t name) const {
    const std::uint32_t slot = slot_of(name);
    if (slot >= end() || name_of(slot) != name) return nullptr;
    return streams_[slot].get();
  }
  // Requires: the slot has a stream.
  Stream& operator[](std::uint32_t slot) const { return *streams_[slot]; }
  // Thousands of streams are no longer in the cache when the next event comes: fetch the streams that
  // follow, first the stream, then its outlet. Not far ahead, because each send in between pushes
  // more out of the cache. Always inline: GCC 12 takes a function that only prefetches for one
  // without an effect, and removes its calls.
  [[gnu::always_inline]] void prefetch_stream(std::uint32_t slot) const {
    const auto* stream = reinterpret_cast<const char*>(streams_[slot].get());
    for (std::size_t line = 0; line < Stream::hot_bytes; line += 64)
      __builtin_prefetch(stream + line);
  }
  [[gnu::always_inline]] void prefetch_outlet(std::uint32_t slot) const {
    __builtin_prefetch(&streams_[slot]->outlet());
  }
  // Calls `function(slot, stream)` for each; it may remove the stream.
  template <class Function>
  void for_each(Function function) const {
    for (std::uint32_t slot = 0; slot < end(); ++slot)
      if (has(slot)) function(slot, *streams_[slot]);
  }
  bool has(std::uint32_t slot) const { return streams_[slot] != nullptr; }
  // One more than the highest slot.
  std::uint32_t end() const { return static_cast<std::uint32_t>(streams_.size()); }

  // Reserves a slot for put().
  std::uint32_t take();
  void put(std::uint32_t slot, std::unique_ptr<Stream> stream) {
    streams_[slot] = std::move(stream);
  }
  // Destroys the stream and frees its slot.
  void remove(std::uint32_t slot);

 private:
  std::vector<std::unique_ptr<Stream>> streams_;  // by slot
  std::vector<std::uint32_t> generations_;        // how often each slot was reused
  std::vector<std::uint32_t> free_;
};

}  // namespace sidestream
