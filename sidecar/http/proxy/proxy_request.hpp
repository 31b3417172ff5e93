#pragma once
// One request to the upstream app and its response: checks and admits the request, sends it on a
// pooled or a new connection, and runs RequestBody and ProxyResponse.
//
// Thread: the client's event loop. Borrows everything it is given until run() has completed. Never
// throws for what the network does.

#include <memory>
#include <optional>
#include <string>

#include "sidecar/http/limits/quota.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/proxy/proxy_exchange.hpp"
#include "sidecar/http/proxy/proxy_response.hpp"
#include "sidecar/http/proxy/proxy_result.hpp"
#include "sidecar/http/proxy/request_body.hpp"
#include "sidecar/http/proxy/request_head.hpp"

namespace sidestream {

class ProxyRequest {
 public:
  // Requires: parse_target() accepts the head's target.
  ProxyRequest(Proxy& proxy, ClientSocket& client, boost::beast::flat_buffer& buffer,
               RequestHeadParser&& head, const Peer& peer, const Client& from)
      : exchange_(proxy, client),
        body_(exchange_, buffer, std::move(head)),
        peer_(peer),
        from_(from) {}

  // Call it once.
  Awaitable<ProxyResult> run();

 private:
  bool check_head();
  bool holds_back();
  bool admit();
  void prepare_first_write();
  Awaitable<bool> get_response();
  Awaitable<boost::system::error_code> send_and_read_head();
  Awaitable<boost::system::error_code> write_first();
  void on_first_written();
  bool take_idle_connection();
  Awaitable<void> connect();
  bool may_retry(const boost::system::error_code& error) const;
  void fail_without_response(const boost::system::error_code& error);
  void release_connection();
  void refuse(UpstreamError failure);
  ProxyResult finish();

  ProxyExchange exchange_;
  RequestBody body_;
  ProxyResponse response_{exchange_};
  const Peer& peer_;
  const Client from_;
  RequestHead head_;
  std::string first_write_;  // the head, and the part of the body that was received with it
  bool written_ = false;     // first_write_ was written to the current connection
  bool reused_ = false;      // the current connection comes from the pool
  ProxyResult result_;
  std::optional<Place> held_;    // among the held bodies
  std::optional<Place> place_;   // among the requests
  std::optional<Place> tunnel_;  // among the tunnels, of an upgrade
};

}  // namespace sidestream
