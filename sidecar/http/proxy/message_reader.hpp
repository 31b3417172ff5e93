#pragma once
// Reads one HTTP/1.1 message from a socket. Its body comes in pieces, each as large as what has
// arrived.
//
// Thread: the socket's loop. Borrows the socket and the buffer. The buffer may begin with bytes of
// the message; at the end it holds the bytes behind the message.

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <utility>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/framing.hpp"
#include "sidecar/http/proxy/chunk_size.hpp"

namespace sidestream {

// For a head and the part of the body behind it. The size line of a chunk must fit too.
constexpr std::size_t message_buffer_max = 80 * 1024;

template <bool is_request, class Socket>
class MessageReader {
 public:
  using Parser = boost::beast::http::parser<is_request, boost::beast::http::buffer_body>;
  using Error = boost::beast::error_code;

  MessageReader(Socket& socket, boost::beast::flat_buffer& buffer, Parser& parser)
      : socket_(socket), buffer_(buffer), parser_(parser) {}

  // Parses the head from what was read already. True: it is complete, or invalid (`error`).
  bool take_head(Error& error) {
    if (buffer_.size() > 0) error = put();
    if (error == boost::beast::http::error::need_more) error = {};
    if (parser_.is_header_done()) parser_.eager(true);
    return error || parser_.is_header_done();
  }

  bool has_head() const { return parser_.is_header_done(); }

  // Reads more of a head into the buffer. end_of_stream: the peer closed before the first byte.
  Awaitable<Error> read_more() {
    const auto space = room();
    if (space.size() == 0) co_return line_too_long;
    const auto [error, n] = co_await socket_.async_read_some(space, no_throw);
    buffer_.commit(n);
    if (error != boost::asio::error::eof) co_return error;
    co_return parser_.got_some() || buffer_.size() > 0
        ? Error(boost::beast::http::error::partial_message)
        : Error(boost::beast::http::error::end_of_stream);
  }

  // Parses the body from what was read already. Returns the number of bytes written to `into`; 0
  // without an error: none have arrived.
  std::pair<Error, std::size_t> take(boost::asio::mutable_buffer into) {
    auto& body = parser_.get().body();
    body.data = into.data();
    body.size = into.size();
    body.more = true;
    Error error;
    while (!error && !parser_.is_done() && buffer_.size() > 0 && body.size > 0) error = put();
    if (error == boost::beast::http::error::need_more ||
        error == boost::beast::http::error::need_buffer) {
      error = {};
    }
    return {error, into.size() - body.size};
  }

  // Reads the next piece of the body. Returns its size; 0 without an error: the body has ended.
  Awaitable<std::pair<Error, std::size_t>> read(boost::asio::mutable_buffer into) {
    while (true) {
      const auto taken = take(into);
      if (taken.first || taken.second > 0 || parser_.is_done()) co_return taken;
      const auto space = room();
      if (space.size() == 0) co_return std::pair<Error, std::size_t>(line_too_long, 0);
      auto [error, n] = co_await socket_.async_read_some(space, no_throw);
      buffer_.commit(n);
      if (error == boost::asio::error::eof) {
        parser_.put_eof(error);
        if (!error) co_return std::pair<Error, std::size_t>({}, 0);
      }
      if (error) co_return std::pair<Error, std::size_t>(error, 0);
    }
  }

  bool is_done() const { return parser_.is_done(); }
  Parser& parser() { return parser_; }

  Framing framing() const {
    if (parser_.is_done()) {
      const bool has_length = parser_.content_length() == std::uint64_t{0};
      return {has_length ? Framing::Kind::length : Framing::Kind::none, 0};
    }
    if (parser_.chunked()) return {Framing::Kind::chunked, 0};
    if (const auto length = parser_.content_length()) return {Framing::Kind::length, *length};
    return {Framing::Kind::until_close, 0};
  }

 private:
  static constexpr auto line_too_long = boost::beast::http::error::buffer_overflow;

  Error put() {
    Error error;
    buffer_.consume(parser_.put(buffer_.data(), error));
    if constexpr (!is_request) {
      const bool bad = error == boost::beast::http::error::bad_chunk_extension ||
                       error == boost::beast::http::error::bad_chunk;
      if (bad && pad_chunk_size(buffer_.data())) error = {};
    }
    return error;
  }

  // Space for the next read. Empty: a line exceeds the buffer.
  boost::asio::mutable_buffer room() {
    const std::size_t most = parser_.is_header_done() ? 64 * 1024 : 8 * 1024;
    return buffer_.prepare(std::min(most, message_buffer_max - buffer_.size()));
  }

  Socket& socket_;
  boost::beast::flat_buffer& buffer_;
  Parser& parser_;
};

}  // namespace sidestream
