#include "sidecar/http/protocol/read_proxy_header.hpp"

#include <algorithm>

namespace sidestream {
namespace {

// The fixed part of a header, which tells how long it is.
constexpr std::size_t fixed_size = 16;

// Reads `size` bytes at most: what lies behind the header may belong to TLS.
Awaitable<bool> read_more(Socket& socket, boost::beast::flat_buffer& buffer, std::size_t size) {
  auto room = buffer.prepare(size);
  const auto [error, n] = co_await socket.async_read_some(room, no_throw);
  buffer.commit(n);
  co_return !error;
}

// How many bytes of an incomplete header are missing, at least one.
std::size_t missing(const boost::beast::flat_buffer& buffer) {
  const std::size_t have = buffer.size();
  if (have < fixed_size) return fixed_size - have;
  const auto* bytes = static_cast<const unsigned char*>(buffer.data().data());
  const std::size_t whole = fixed_size + (std::size_t{bytes[14]} << 8 | bytes[15]);
  return whole > have ? whole - have : 1;
}

ProxyHeader parse(const boost::beast::flat_buffer& buffer) {
  const auto bytes = buffer.data();
  return parse_proxy_header({static_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

Awaitable<std::optional<ProxyHeader>> read_proxy_header(Socket& socket,
                                                        boost::beast::flat_buffer& buffer) {
  ProxyHeader header = parse(buffer);
  while (header.state == ProxyHeader::State::incomplete) {
    const bool more = co_await read_more(socket, buffer, missing(buffer));
    if (!more) co_return std::nullopt;
    header = parse(buffer);
  }
  if (header.state == ProxyHeader::State::invalid) co_return std::nullopt;
  for (std::size_t left = header.size; true;) {
    const std::size_t taken = std::min(left, buffer.size());
    buffer.consume(taken);
    left -= taken;
    if (left == 0) co_return header;
    const bool more = co_await read_more(socket, buffer, left);
    if (!more) co_return std::nullopt;
  }
}

}  // namespace sidestream
