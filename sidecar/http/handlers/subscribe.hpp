#pragma once
// Opens an event stream.
//
//   a place -> the starts are requested -> their plans, for at most 2 s -> the response
//
// The status is decided when the plans are known, or after 2 s: 204 if the logs have ended and
// nothing follows. That is never shown before the client's rights are known. Without a place the
// stream ends at once with `stream-shutdown`: browsers reconnect after that, while another status
// ends them.
//
// Thread: the event loop `loop`. Borrows everything but the stream request.

#include "sidecar/http/handlers/stream_request.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

// Completes when the stream table has the stream, or the request was answered without one.
Awaitable<void> subscribe(StreamRequest stream, const Request& request, Responder& responder,
                          EventLoop& loop, const ServerContext& context);

}  // namespace sidestream
