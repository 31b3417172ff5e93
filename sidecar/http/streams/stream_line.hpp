#pragma once
// The line in the log for a stream that has ended.
//
// Thread: the stream's loop.

#include <chrono>
#include <memory>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/streams/stream.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

// What the line of a stream with these options will say of its request.
std::unique_ptr<Stream::Line> make_line(const StreamOptions& options);

// Requires: the stream has a line().
void write_stream_line(const Logger& log, const Stream& stream, CloseReason reason,
                       std::chrono::steady_clock::time_point now);

}  // namespace sidestream
