#pragma once
// Gives each request to its handler. The protocols call it; it knows none of them.
//
//   find()    what the path names: enough for the upstream app's requests
//   answer()  runs the handler: a coroutine over Request and Responder
//
// Thread: the event loop `loop`.

#include "sidecar/http/handlers/router.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

class Dispatcher {
 public:
  // Borrows loop and context.
  Dispatcher(Port port, EventLoop& loop, const ServerContext& context)
      : port_(port), loop_(loop), context_(context) {}

  // `request`: with its path and query; null if its target is no path.
  Route find(const Request* request) const;
  // Completes when the request is answered. Requires: `route` is what find() returned; the request
  // is complete except for its body.
  Awaitable<void> answer(const Request& request, const Route& route, Responder& responder) const;

 private:
  const Port port_;
  EventLoop& loop_;
  const ServerContext& context_;
};

}  // namespace sidestream
