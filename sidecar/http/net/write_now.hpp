#pragma once
// Writes without waiting where possible: a socket's buffer nearly always has room for a response,
// and an Asio operation costs as much as writing a head.
//
// Thread: the socket's loop. Requires: the socket is non-blocking.

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <cstddef>

#include "sidecar/http/net/awaitable.hpp"

namespace sidestream {

// Writes as many bytes as the socket takes now, and returns their number.
template <class Socket, class Buffers>
std::size_t write_now(Socket& socket, const Buffers& buffers, boost::system::error_code& error) {
  const std::size_t sent = socket.write_some(buffers, error);
  if (error == boost::asio::error::would_block) error = {};
  return sent;
}

// Writes all but the first `sent` bytes.
template <class Socket, class Buffers>
Awaitable<boost::system::error_code> write_rest(Socket& socket, const Buffers& buffers,
                                                std::size_t sent) {
  boost::beast::buffers_suffix<Buffers> rest(buffers);
  rest.consume(sent);
  const auto [error, n] = co_await boost::asio::async_write(socket, rest, no_throw);
  co_return error;
}

}  // namespace sidestream
