#pragma once
// HEAD of a stream: the id of the newest record, for `Last-Event-ID`. Nothing but the logs' ends is
// asked of the broker, and no log is opened.
//
// Thread: the event loop.

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "sidecar/http/handlers/stream_request.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/responder.hpp"

namespace sidestream {

// The id where a live stream would start now. Absent: the broker does not say within 2 s, or the
// client has left.
Awaitable<std::optional<std::string>> find_newest_id(const StreamRequest& stream,
                                                     Responder& responder,
                                                     boost::asio::io_context& io);

}  // namespace sidestream
