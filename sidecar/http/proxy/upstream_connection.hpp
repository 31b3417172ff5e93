#pragma once
// A connection to the app. Between two answers it keeps a read pending: so the event loop hears at
// once that the app has closed it or says what nobody asked for, and the next answer needs no read
// of its own.
//
// Thread: one event loop. Belongs to whoever has taken it, and is closed when it goes.

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

  // What is pending ends with an error.
  void close();

  // Begins the read that stays pending. Requires: `buffer` is empty, no other read.
  void listen();
  // That read has ended: the app has closed, or sent something.
  bool has_stirred() const { return listens_ && ahead_ == nullptr; }
  bool listens() const { return listens_; }
  // Returns once it has ended. Requires: listens(), and nobody else waits.
  Awaitable<void> stirred();
  // The end of that read, whose bytes are in `buffer` now; then none is pending.
  boost::system::error_code stop_listening();

  UpstreamSocket socket;
  boost::asio::ip::basic_resolver<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      resolver;
  using Piece = std::vector<char>;
  boost::beast::flat_buffer buffer;  // what was read of the answer
  Piece piece;                       // of its body, on its way to the client
  std::chrono::steady_clock::time_point idle_since;

 private:
  class Ahead;

  Ahead* ahead_ = nullptr;  // the pending read's handler, wherever Asio has moved it
  bool listens_ = false;
  boost::system::error_code error_;
};

}  // namespace sidestream
