#include "tests/system/faults/ask/reply_stream.hpp"

namespace e2e::faults {

ReplyStream::ReplyStream(const Address& sidecar, const Request& request) : socket_(sidecar) {
  socket_.send(request.text());
}

std::optional<Head> ReplyStream::head(Clock::duration within) {
  const Deadline deadline(within);
  for (;;) {
    if (auto head = parse_head(received_)) {
      received_.erase(0, head->raw.size());
      heard_ = Clock::now();
      return head;
    }
    if (!socket_.receive(received_, Milliseconds(deadline.left_ms()))) return std::nullopt;
  }
}

ReplyStream::State ReplyStream::read(Reading& reading, Clock::duration within) {
  if (received_.empty() && !socket_.receive(received_, within))
    return socket_.end() == Socket::End::open ? State::open : State::cut;
  heard_ = Clock::now();
  bytes_ += received_.size();
  std::string body;
  decoder_.feed(received_, body);
  received_.clear();
  parser_.feed(body, reading);
  if (!decoder_.finished()) return State::open;
  if (!parser_.between_blocks()) throw WireError("the last chunk cuts a block");
  return State::whole;
}

void ReplyStream::cut(bool abruptly) {
  if (abruptly) {
    socket_.reset();
  } else {
    socket_.close();
  }
}

}  // namespace e2e::faults
