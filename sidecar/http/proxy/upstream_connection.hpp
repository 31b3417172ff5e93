#pragma once
// A connection to the app. While idle it keeps a read pending (the read-ahead): a close or
// unexpected bytes are noticed at once, and the next response needs no other read.
//
// Thread: one event loop. Closed by its destructor.

#include <boost/asio/async_result.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <optional>
#include <vector>

#include "sidecar/http/net/awaitable.hpp"

namespace sidestream {

using UpstreamSocket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                        boost::asio::io_context::executor_type>;

class UpstreamConnection {
 public:
  explicit UpstreamConnection(boost::asio::io_context& io) : socket(io), resolver(io) {}
  ~UpstreamConnection();
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;

  // Pending operations end with an error.
  void close();

  // Requires: `buffer` is empty, no other read.
  void start_read_ahead();
  // It was started and not taken yet.
  bool reads_ahead() const { return reads_ahead_; }
  // The app has closed the connection or sent something.
  bool read_ahead_ended() const { return reads_ahead_ && pending_ == nullptr; }
  // Requires: reads_ahead(), no other waiter.
  Awaitable<void> wait_for_read_ahead();
  // The result of the read-ahead, whose bytes are in `buffer`. Requires: read_ahead_ended().
  boost::system::error_code take_read_ahead();

  UpstreamSocket socket;
  boost::asio::ip::basic_resolver<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      resolver;
  boost::beast::flat_buffer buffer;  // read from the app, not parsed yet
  std::vector<char> body_buffer;     // a piece of the response's body on its way to the client
  std::chrono::steady_clock::time_point idle_since;

 private:
  class ReadAhead;

  ReadAhead* pending_ = nullptr;  // the read's handler, wherever Asio has moved it
  bool reads_ahead_ = false;
  boost::system::error_code error_;
};

}  // namespace sidestream
