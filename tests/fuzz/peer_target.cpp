// Who a client is: the PROXY header of its connection, and the lists that trusted proxies extend.

#include <optional>
#include <string>
#include <vector>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/client/forwarded_for.hpp"
#include "sidecar/http/client/proxy_header.hpp"
#include "sidecar/http/protocol/read_proxy_header.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/socket_feed.hpp"

namespace fuzz {
namespace {

using sidestream::AddressBytes;
using sidestream::ProxyHeader;
using State = ProxyHeader::State;

constexpr std::size_t fixed_size = 16;
constexpr std::size_t most_begins = 300;

AddressBytes address(const char* text) { return *sidestream::parse_ip(text); }

// Once it is known what a header is, more bytes don't change it.
void check_begins(std::string_view bytes, const ProxyHeader& whole) {
  State state = State::incomplete;
  for (std::size_t size = 0; size < std::min(bytes.size(), most_begins); ++size) {
    const std::string begin(bytes.substr(0, size));  // a read beyond its end is seen
    const auto parsed = sidestream::parse_proxy_header(begin);
    require(state == State::incomplete || parsed.state == state, "its state stays", begin);
    state = parsed.state;
    if (state == State::incomplete) continue;
    require(state == whole.state && parsed.size == whole.size && parsed.source == whole.source,
            "it is what the whole is", begin);
  }
}

void check_complete(std::string_view bytes, const ProxyHeader& header) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  require(header.size == fixed_size + (byte(14) << 8U | byte(15)), "its size", bytes);
  require(byte(12) == 0x20 || byte(12) == 0x21, "version 2, LOCAL or PROXY", bytes);
  if (!header.source) return;
  const unsigned family = byte(13) >> 4U;
  const std::size_t length = family == 1 ? 4 : 16;
  require(byte(12) == 0x21 && (family == 1 || family == 2), "PROXY names an IP address", bytes);
  require(sidestream::is_mapped_v4(*header.source) || family == 2, "IPv4 or IPv6", bytes);
  for (std::size_t i = 0; i < length; ++i) {
    require((*header.source)[16 - length + i] == byte(fixed_size + i), "the address", bytes);
  }
}

struct Read {
  std::optional<ProxyHeader> header;
  std::string behind;
};

sidestream::Awaitable<void> read_all(sidestream::Socket& socket, Read& read) {
  boost::beast::flat_buffer buffer;
  read.header = co_await sidestream::read_proxy_header(socket, buffer);
  if (!read.header) co_return;
  boost::system::error_code error;
  while (!error) {
    const auto bytes = buffer.data();
    read.behind.append(static_cast<const char*>(bytes.data()), bytes.size());
    buffer.clear();
    const auto [failed, n] =
        co_await socket.async_read_some(buffer.prepare(4096), sidestream::no_throw);
    buffer.commit(n);
    error = failed;
  }
}

void check_proxy_header(std::string_view bytes, std::size_t piece) {
  const auto parsed = sidestream::parse_proxy_header(bytes);
  check_begins(bytes, parsed);
  const bool complete = parsed.state == State::complete;
  if (complete) check_complete(bytes, parsed);
  Read read;
  {
    SocketFeed feed;
    auto socket = feed.take_socket();
    feed.run(read_all(socket, read), bytes, piece);
  }
  require(read.header.has_value() == (complete && parsed.size <= bytes.size()),
          "a whole header is read", bytes);
  if (!read.header) return;
  require(read.header->source == parsed.source, "the same source", bytes);
  require(read.behind == bytes.substr(parsed.size), "what is behind it stays", bytes);
}

void check_node(std::string_view text) {
  const auto node = sidestream::parse_node(text);
  if (!node) return;
  const auto written = sidestream::format_ip(*node);
  require(sidestream::parse_node(written) == node, "an address reads as it was written", text);
  const auto key = sidestream::address_key(*node);
  require(sidestream::address_key(sidestream::first_address(key)) == key, "one key", text);
}

// A trusted proxy adds its client at the end. No beginning, which others wrote, hides it.
void check_lists(const std::string& begin) {
  const std::vector<sidestream::Network> trusted{sidestream::parse_network("10.0.0.0/8").value};
  const auto inner = address("10.0.0.1"), client = address("203.0.113.9");
  const auto peer = sidestream::make_peer(inner, inner, trusted);
  const auto found = [&](const std::string& x_forwarded_for, const std::string& forwarded) {
    return sidestream::find_client(peer, x_forwarded_for, forwarded, trusted).address;
  };
  require(found(begin + ", 203.0.113.9", "") == client, "the last of a list", begin);
  require(found(begin + ",203.0.113.9, 10.1.2.3", "") == client, "the last untrusted one", begin);
  require(found("203.0.113.9", begin) == client, "X-Forwarded-For counts first", begin);
  require(found("", begin + ", for=203.0.113.9") == client, "the last Forwarded", begin);
  require(found("", begin + ", for=\"203.0.113.9:80\";proto=http, for=10.1.2.3") == client,
          "the last untrusted Forwarded", begin);
  static_cast<void>(found(begin, ""));
  static_cast<void>(found("", begin));
  const auto outer = address("198.51.100.7");
  const auto stranger = sidestream::make_peer(outer, outer, trusted);
  require(sidestream::find_client(stranger, begin, begin, trusted).address == outer,
          "a stranger names nobody", begin);
}

}  // namespace

void check_peer(Input input) {
  const std::size_t piece = 1 + input.byte() + input.rest().size() / 64;
  const std::string text(input.rest());
  check_proxy_header(text, piece);
  check_node(text);
  check_lists(text);
}

}  // namespace fuzz
