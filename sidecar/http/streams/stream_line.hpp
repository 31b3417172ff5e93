#pragma once
// The line in the log for a stream that has ended.
//
// Thread: the stream's loop.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/client/client.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/open_log.hpp"

namespace sidestream {

struct StreamEnd {
  CloseReason reason;
  std::chrono::steady_clock::duration duration;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  // handed to the socket, framing included
  std::uint64_t lag = 0;    // records that it was behind
  std::vector<const OpenLog*> logs{};
  Client client{};
  std::string trace_id{};  // empty: none
};

void write_stream_line(const Logger& log, const StreamEnd& end);

}  // namespace sidestream
