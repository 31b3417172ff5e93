#pragma once
// The HTTP client for all outgoing requests of the sidecar's own (not of the proxy).
//
//   FetchRequest request("https://idp.example.com/keys");
//   request.max_body = 64 * 1024;
//   const Fetched<FetchResponse> response = co_await client.fetch(std::move(request));
//
// HTTP/1.1 over TCP, TLS or a Unix socket. Redirects are not followed: a 3xx is a response like any
// other. Idle connections are kept for 30 s, at most 16; the next fetch closes the expired ones.
// An idempotent request whose idle connection turns out to be closed is sent once more on a new
// one. Other requests always get a new connection and are never sent twice.
//
// Thread: the loop of `io`. Owns its idle connections. Borrows `io`.
// Requires: outlives its fetches.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "sidecar/fetch/awaitable.hpp"
#include "sidecar/fetch/connection.hpp"
#include "sidecar/fetch/idle_pool.hpp"
#include "sidecar/fetch/request.hpp"
#include "sidecar/fetch/tls.hpp"

namespace sidestream {

class FetchClient {
 public:
  // `ca_file`: trusted certificates in PEM instead of the system's.
  explicit FetchClient(boost::asio::io_context& io, std::string ca_file = {})
      : io_(io), tls_(std::move(ca_file)) {}
  FetchClient(const FetchClient&) = delete;
  FetchClient& operator=(const FetchClient&) = delete;

  // Errors: all of FetchErrc, each text with method and URL.
  Awaitable<Fetched<FetchResponse>> fetch(FetchRequest request);

  std::size_t idle_connections() const { return pool_.size(); }

 private:
  using Clock = FetchConnection::Clock;

  // A connection that is open, or the error.
  Awaitable<Fetched<std::unique_ptr<FetchConnection>>> connect(FetchRoute route,
                                                               Clock::time_point deadline);

  boost::asio::io_context& io_;
  FetchTls tls_;
  IdlePool pool_;
};

}  // namespace sidestream
