#pragma once
// A message as the proxy reads it, but out of a buffer that holds all that will ever come.

#include <boost/beast/core/flat_buffer.hpp>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "sidecar/http/proxy/message_reader.hpp"

namespace fuzz {

inline void fill(boost::beast::flat_buffer& buffer, std::string_view bytes) {
  auto space = buffer.prepare(bytes.size());
  if (!bytes.empty()) std::memcpy(space.data(), bytes.data(), bytes.size());
  buffer.commit(bytes.size());
}

template <bool is_request>
class Wire {
  struct NoSocket {};

 public:
  using Reader = sidestream::MessageReader<is_request, NoSocket>;

  // `skip_body`: it answers a HEAD.
  Wire(boost::beast::flat_buffer& buffer, bool skip_body, std::uint32_t header_limit = 64 * 1024)
      : buffer_(buffer), reader_(socket_, buffer, parser_) {
    parser_.header_limit(header_limit);
    parser_.body_limit(boost::none);
    if constexpr (!is_request) parser_.skip(skip_body);
  }

  // False: no whole head, or none of HTTP.
  bool read_head() {
    boost::beast::error_code error;
    while (!error && !parser_.is_header_done() && buffer_.size() > 0) {
      buffer_.consume(parser_.put(buffer_.data(), error));
    }
    parser_.eager(true);
    return !error && parser_.is_header_done();
  }

  // Gives `pass` each piece as (bytes, whether it is the last). False: the body is broken, or
  // breaks off.
  template <class Pass>
  bool read_body(std::size_t most, Pass pass) {
    std::string room(most, '\0');
    while (true) {
      auto [error, n] = reader_.take(boost::asio::buffer(room));
      if (error) return false;
      const bool stuck = n == 0 && !reader_.is_done();
      if (stuck) parser_.put_eof(error);
      if (error) return false;
      pass(std::string_view(room).substr(0, n), reader_.is_done());
      if (reader_.is_done()) return true;
    }
  }

  auto& header() { return parser_.get().base(); }
  auto& parser() { return parser_; }
  sidestream::Framing framing() const { return reader_.framing(); }
  bool is_done() const { return parser_.is_done(); }

 private:
  NoSocket socket_;
  boost::beast::flat_buffer& buffer_;
  typename Reader::Parser parser_;
  Reader reader_;
};

inline bool operator==(const sidestream::Framing& a, const sidestream::Framing& b) {
  return a.kind == b.kind && a.length == b.length;
}

}  // namespace fuzz
