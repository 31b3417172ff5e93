#pragma once
// An outgoing connection: TCP or a Unix socket, with or without TLS.
//
// Thread: one event loop. One operation at a time. Closed by its destructor.

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sidecar/fetch/awaitable.hpp"
#include "sidecar/fetch/error.hpp"
#include "sidecar/fetch/lookup.hpp"
#include "sidecar/fetch/tls.hpp"
#include "sidecar/fetch/url.hpp"

namespace sidestream {

// Where a connection leads. Two requests with equal routes may share it.
struct FetchRoute {
  FetchRoute(const FetchUrl& url, std::string unix_socket);

  bool tls;
  std::string host;
  std::uint16_t port;
  bool is_address;     // `host` is an IP address
  std::string socket;  // a path; empty: host and port

  std::string text() const;  // "HOST:PORT" or the path, for error texts
  friend bool operator==(const FetchRoute&, const FetchRoute&) = default;
};

class FetchConnection {
 public:
  using Clock = std::chrono::steady_clock;

  FetchConnection(boost::asio::io_context& io, FetchRoute route);
  FetchConnection(const FetchConnection&) = delete;
  FetchConnection& operator=(const FetchConnection&) = delete;

  // Tries each address, with an equal share of the time that is left, then the TLS handshake.
  // Requires: not connected. Errors: resolve, connect, tls, timeout.
  Awaitable<Fetched<void>> connect(FetchTls& tls, Clock::time_point deadline);

  // The connection closes at `when`: pending operations end with an error, and timed_out() holds.
  void close_at(Clock::time_point when);
  void stop_timer() { timer_.cancel(); }
  bool timed_out() const { return timed_out_; }

  // Requires: connected.
  Awaitable<boost::system::error_code> write(std::string_view bytes);
  // Appends what arrives to `buffer`.
  Awaitable<boost::system::error_code> read_some(boost::beast::flat_buffer& buffer);
  // The peer has neither closed nor sent anything unexpected. Requires: connected, idle.
  bool is_quiet();

  const FetchRoute& route() const { return route_; }

 private:
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                  boost::asio::io_context::executor_type>;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>,
                                                  boost::asio::io_context::executor_type>;

  Awaitable<boost::system::error_code> connect_to(FetchEndpoint endpoint);
  Awaitable<Fetched<void>> handshake(FetchTls& tls);
  void expire();

  boost::asio::io_context& io_;
  FetchRoute route_;
  Socket socket_;
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;
  Timer timer_;
  Clock::time_point due_;
  bool timed_out_ = false;
  // Destroyed with the connection: a timer that expires just then must not touch it.
  std::shared_ptr<FetchConnection*> self_ = std::make_shared<FetchConnection*>(this);
};

}  // namespace sidestream
