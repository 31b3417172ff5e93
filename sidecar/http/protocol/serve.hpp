#pragma once
// Serves a new connection with the protocol that it speaks. That is HTTP/1.1; HTTP/2 would be chosen
// here.
//
// Thread: the event loop `loop`, whose io_context the socket belongs to.

#include <memory>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/net/socket.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

// Completes when the connection has ended, or a stream or a tunnel has taken it. Never throws.
Awaitable<void> serve_connection(Socket socket, std::unique_ptr<Connection> admitted, Port port,
                                 EventLoop& loop, const ServerContext& context);

}  // namespace sidestream
