#pragma once
// One connection until it becomes a stream or closes: read a request, answer it, again. Beast lives
// here.

#include "sidecar/base/lifecycle.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/net/socket.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

// What all sessions share. Outlives them.
struct SessionContext {
  const Router& router;
  OpenLogs& logs;
  ServerProbe& probe;
  const Lifecycle& lifecycle;
  Quotas& quotas;
  Logger log;
};

// Runs on `loop`, whose io_context the socket belongs to. Never throws.
Awaitable<void> run_session(Socket socket, Port port, EventLoop& loop,
                            const SessionContext& context);

}  // namespace sidestream
