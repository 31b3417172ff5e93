#pragma once
// Connections to the app: made when needed, kept open between requests.
//
// Thread: one event loop. A connection belongs to whoever has taken it, and is closed when it goes.

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"

#include "sidecar/http/awaitable.hpp"

namespace sidestream {

using UpstreamSocket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                        boost::asio::io_context::executor_type>;

struct UpstreamConnection {
  explicit UpstreamConnection(boost::asio::io_context& io) : socket(io), resolver(io) {}
  // What is pending ends with an error.
  void close();

  UpstreamSocket socket;
  boost::asio::ip::basic_resolver<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      resolver;
  using Piece = std::vector<char>;
  boost::beast::flat_buffer buffer;  // what was read of the answer
  Piece piece;                       // of its body, on its way to the client
  std::chrono::steady_clock::time_point idle_since;
};

class UpstreamPool {
 public:
  using Clock = std::chrono::steady_clock;

  UpstreamPool(const UpstreamAddress& address, UpstreamProbe& probe);
  ~UpstreamPool();

  // The connection that was used last, if it was within `idle_max`. Null: none.
  std::unique_ptr<UpstreamConnection> take(std::chrono::milliseconds idle_max);
  // Connects `connection`, which was just made; to end it early, close it.
  Awaitable<boost::system::error_code> connect(UpstreamConnection& connection);
  // Requires: the last answer was read whole and nothing came behind it.
  void put_back(std::unique_ptr<UpstreamConnection> connection);
  // Lets go of what was idle for long or was closed by the app.
  void tidy(Clock::time_point now);
  bool empty() const { return idle_.empty(); }

 private:
  using Endpoint = boost::asio::generic::stream_protocol::endpoint;
  Awaitable<boost::system::error_code> resolve(UpstreamConnection& connection);

  const UpstreamAddress& address_;
  UpstreamProbe& probe_;
  std::vector<std::unique_ptr<UpstreamConnection>> idle_;  // the newest last
  std::vector<Endpoint> endpoints_;
  Clock::time_point resolved_at_{};
};

}  // namespace sidestream
