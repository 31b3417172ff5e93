#include "sidecar/http/streams/pending_output.hpp"

#include <utility>

namespace sidestream {
namespace {

constexpr std::size_t copied_max = 4 * 1024;

}  // namespace

PendingOutput::PendingOutput(Memory& memory, const SendPieces& pieces) : memory_(memory) {
  bytes_.reserve(pieces.size());
  pieces.append_to(bytes_);
  memory_.pin(bytes_.capacity());
}

PendingOutput::PendingOutput(Memory& memory, std::shared_ptr<const Wire> wire, std::size_t sent)
    : memory_(memory), wire_(std::move(wire)), sent_(sent) {
  if (wire_->size() - sent > copied_max) return;
  const SendPieces rest = wire_->pieces().after(sent);
  bytes_.reserve(rest.size());
  rest.append_to(bytes_);
  memory_.pin(bytes_.capacity());
  wire_.reset();
  sent_ = 0;
}

PendingOutput::~PendingOutput() {
  if (!wire_) memory_.unpin(bytes_.capacity());
}

SendPieces PendingOutput::pieces() const {
  if (wire_) return wire_->pieces().after(sent_);
  SendPieces own;
  own.add(std::string_view(bytes_).substr(sent_));
  return own;
}

}  // namespace sidestream
