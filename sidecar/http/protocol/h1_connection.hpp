#pragma once
// An HTTP/1.1 connection until it closes or a stream or a tunnel takes it: reads a request, has it
// answered, again.
//
// Thread: the event loop `loop`, whose io_context the socket belongs to.

#include "sidecar/http/handlers/dispatcher.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/net/socket.hpp"
#include "sidecar/http/protocol/h1_responder.hpp"
#include "sidecar/http/protocol/h1_transport.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

class H1Connection {
 public:
  // Borrows loop and context.
  H1Connection(Socket socket, std::unique_ptr<Connection> admitted, Port port, EventLoop& loop,
               const ServerContext& context);

  Awaitable<void> run();

 private:
  using Next = H1Responder::Next;

  Awaitable<bool> identify();
  Awaitable<bool> secure(TlsCertificates& certificates);
  Awaitable<void> refuse_plain_http();
  Client client_of(const Request& request) const;
  Awaitable<Next> serve();
  Awaitable<Next> refuse_head(boost::beast::error_code error);
  Awaitable<void> answer(bool is_path, const Route& route, RequestHeadParser& head,
                         Request& request, H1Responder& responder);
  Awaitable<void> linger();

  H1Transport client_;
  const Port port_;
  EventLoop& loop_;
  const ServerContext& context_;
  const Dispatcher dispatcher_;
  bool first_ = true;  // no head was read yet
};

}  // namespace sidestream
