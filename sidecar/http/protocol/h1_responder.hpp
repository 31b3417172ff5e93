#pragma once
// Answers one request of an HTTP/1.1 connection.
//
// Thread: the connection's event loop.
// Borrows everything: transport, head and request outlive it. An answer may take the transport's
// socket over, for a stream or a tunnel.

#include <optional>
#include <string_view>

#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/protocol/h1_transport.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/request_parser.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/http/proxy/proxy_result.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

class H1Responder final : public Responder {
 public:
  // `head` has been read; `request` is made of it. Null: the head was malformed, and the connection
  // closes after respond().
  H1Responder(H1Transport& client, RequestHeadParser* head, const Request& request, EventLoop& loop,
              const ServerContext& context);

  // What the connection does after the answer.
  enum class Next {
    again,  // reads the next request
    close,  // closes after the client has read the response
    taken,  // ends: a stream or a tunnel owns the socket now
  };
  Next next() const { return next_; }
  // The connection closes after the answer, because the end of the request is unknown.
  void close_after_answer() { reusable_ = false; }

  Awaitable<void> respond(Response response) override;
  Awaitable<Body> read_body(std::uint64_t limit) override;
  std::unique_ptr<Outlet> open_stream(Dialect dialect, const Fields& headers) override;
  Awaitable<void> respond_stream(Dialect dialect, Fields headers, std::string blocks) override;
  Awaitable<void> pass_on() override;
  std::unique_ptr<ClientWatch> watch_client(std::function<void()> left) override;

 private:
  bool has_line(unsigned status) const;
  void log_refusal(const Response& response);
  bool expects_continue() const;
  Client find_client_of_fields() const;
  Awaitable<void> respond_refused_stream(RefusedStream stream);
  void open_tunnel(ProxyResult& done);

  H1Transport& client_;
  RequestHeadParser* head_;
  const Request& request_;
  // Of a request that was passed on.
  struct PassedOn {
    Client client;
    std::string_view cause;
    bool logged = false;
  };
  std::optional<PassedOn> passed_on_;
  EventLoop& loop_;
  const ServerContext& context_;
  bool reusable_;  // the connection can take another request
  Next next_ = Next::close;
};

}  // namespace sidestream
