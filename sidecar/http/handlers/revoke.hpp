#pragma once
// POST /access/revoke of the admin port: appends to the log of revocations, which every replica
// reads.
//
// Thread: the admin port's event loop.

#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

// 201 with the id; 400 for a body that is no revocation; 503 when it was not written.
// Requires: the configuration has a log of revocations.
Awaitable<void> revoke(Responder& responder, EventLoop& loop, const ServerContext& context);

}  // namespace sidestream
