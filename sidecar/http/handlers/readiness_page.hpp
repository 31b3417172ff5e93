#pragma once
// Answers /readyz, after asking the upstream app where it has a readiness path.
//
// Thread: the event loop `loop`. Borrows everything.

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

Awaitable<void> show_readiness(Responder& responder, EventLoop& loop, const ServerContext& context);

}  // namespace sidestream
