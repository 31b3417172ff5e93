#pragma once
// Coded bytes that an outlet has not taken yet: the stream's own, or the rest of a shared wire.
//
// Thread: one event loop. Borrows the memory budget.

#include <cstddef>
#include <memory>
#include <string>

#include "sidecar/http/streams/wire.hpp"
#include "sidecar/stream/log/memory.hpp"

namespace sidestream {

class PendingOutput {
 public:
  // Copies the pieces.
  PendingOutput(Memory& memory, const SendPieces& pieces);
  // Keeps what follows the first `sent` bytes: copied if little is left, else the wire.
  PendingOutput(Memory& memory, std::shared_ptr<const Wire> wire, std::size_t sent);
  ~PendingOutput();
  PendingOutput(const PendingOutput&) = delete;
  PendingOutput& operator=(const PendingOutput&) = delete;

  SendPieces pieces() const;
  void advance(std::size_t bytes) { sent_ += bytes; }
  // Bytes that this stream keeps in memory, alone or with other slow ones.
  std::size_t pinned() const { return wire_ ? wire_->pinned() : bytes_.capacity(); }

 private:
  Memory& memory_;
  std::string bytes_;
  std::shared_ptr<const Wire> wire_;
  std::size_t sent_ = 0;
};

}  // namespace sidestream
