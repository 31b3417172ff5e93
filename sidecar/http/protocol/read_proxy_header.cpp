#include "sidecar/http/protocol/read_proxy_header.hpp"

#include <algorithm>

namespace sidestream {
namespace {

constexpr std::size_t read_size = 1024;

Awaitable<bool> read_more(Socket& socket, boost::beast::flat_buffer& buffer) {
  auto room = buffer.prepare(read_size);
  const auto [error, n] = co_await socket.async_read_some(room, no_throw);
  buffer.commit(n);
  co_return !error;
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
    const bool more = co_await read_more(socket, buffer);
    if (!more) co_return std::nullopt;
    header = parse(buffer);
  }
  if (header.state == ProxyHeader::State::invalid) co_return std::nullopt;
  for (std::size_t left = header.size; true;) {
    const std::size_t taken = std::min(left, buffer.size());
    buffer.consume(taken);
    left -= taken;
    if (left == 0) co_return header;
    const bool more = co_await read_more(socket, buffer);
    if (!more) co_return std::nullopt;
  }
}

}  // namespace sidestream
