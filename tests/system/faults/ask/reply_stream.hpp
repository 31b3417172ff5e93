#pragma once
// One connection of an asker: a request, and the stream that answers it, if one does.
//
// Thread: one. Errors: WireError from the constructor if nobody takes the request, and from all
// others if the sidecar breaks a rule of the wire. A connection that ends is no error.

#include <optional>
#include <string>

#include "tests/support/harness/chunks.hpp"
#include "tests/support/harness/http.hpp"
#include "tests/system/faults/ask/reading.hpp"

namespace e2e::faults {

class ReplyStream {
 public:
  enum class State {
    open,
    whole,  // the last chunk came, and whole blocks only
    cut,
  };

  ReplyStream(const Address& sidecar, const Request& request);

  // The head of the answer; nothing where none comes in time.
  std::optional<Head> head(Clock::duration within);
  // Reads what comes in that time.
  State read(Reading& reading, Clock::duration within);
  // How long nothing has come, not even a heartbeat.
  Clock::duration silence() const { return Clock::now() - heard_; }
  std::size_t bytes() const { return bytes_; }
  // In the middle of whatever is on its way.
  void cut(bool abruptly);

 private:
  Socket socket_;
  std::string received_;  // what neither the head nor the body has used
  ChunkDecoder decoder_;
  SseParser parser_;
  Clock::time_point heard_ = Clock::now();
  std::size_t bytes_ = 0;  // of the body
};

}  // namespace e2e::faults
