#pragma once
// One connection until it becomes a stream or closes: read a request, answer it, again. Beast lives
// here.

#include "sidecar/base/log.hpp"
#include "sidecar/http/awaitable.hpp"
#include "sidecar/http/event_loop.hpp"
#include "sidecar/http/router.hpp"
#include "sidecar/http/socket.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

// What all sessions share. Outlives them.
struct SessionContext {
  const Router& router;
  OpenLogs& logs;
  ServerProbe& probe;
  Log log;
};

// Runs on `loop`, whose io_context the socket belongs to. Never throws.
Awaitable<void> run_session(Socket socket, Port port, EventLoop& loop,
                            const SessionContext& context);

}  // namespace sidestream
