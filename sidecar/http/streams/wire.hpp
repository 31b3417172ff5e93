#pragma once
// A run coded for the connection. An event loop codes each run once for all readers at its cursor
// that want the same form of it.
//
// A chunked wire is one chunk. A run within run_bytes_max is copied, so that a reader that takes it
// slowly holds these bytes and not the segment. A single larger frame is sent from its segment.
//
// Thread: one event loop. Borrows the memory budget.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sidecar/http/streams/outlet.hpp"
#include "sidecar/stream/dialect/dialect.hpp"
#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/log/run.hpp"

namespace sidestream {

// The parts of one send, in order.
struct SendPieces {
  std::array<std::string_view, 3> views;
  std::size_t count = 0;

  void add(std::string_view view) {
    if (!view.empty()) views[count++] = view;
  }
  std::span<const std::string_view> span() const { return {views.data(), count}; }
  std::size_t size() const;
  // Without the first `bytes`.
  SendPieces after(std::size_t bytes) const;
  void append_to(std::string& out) const;
};

class Wire {
 public:
  Wire(Dialect dialect, Coding coding, const Run& run, Memory& memory);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  std::size_t size() const { return size_; }
  SendPieces pieces() const;

  // The loop drops the wire while readers hold it: from now on its bytes are theirs alone and count
  // as pinned memory. Call it at most once.
  void retire();
  // Bytes that its readers alone keep in memory.
  std::size_t pinned() const { return pinned_; }

 private:
  void copy(Coding coding, std::string_view blocks);

  Memory& memory_;
  std::string bytes_;  // everything, or the chunk's size line
  std::shared_ptr<const Segment> segment_;
  std::string_view blocks_;  // in the segment
  std::string_view tail_;
  std::size_t size_ = 0;
  std::size_t pinned_ = 0;
};

// Codes the blocks of one reader without a copy. `head` keeps the chunk's size line. `last`: the
// response ends with them.
SendPieces code_blocks(Coding coding, std::string_view blocks, bool last, std::string& head);

}  // namespace sidestream
