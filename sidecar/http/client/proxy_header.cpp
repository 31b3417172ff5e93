#include "sidecar/http/client/proxy_header.hpp"

#include <algorithm>
#include <cstdint>

namespace sidestream {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view magic("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t fixed_size = 16;
constexpr unsigned command_local = 0;
constexpr unsigned command_proxy = 1;
constexpr unsigned family_ipv4 = 1;
constexpr unsigned family_ipv6 = 2;
constexpr unsigned family_last = 3;     // Unix sockets
constexpr unsigned transport_last = 2;  // datagrams
constexpr std::size_t ipv4_size = 12;   // two addresses and two ports
constexpr std::size_t ipv6_size = 36;
constexpr std::size_t unix_size = 216;

unsigned byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::size_t addresses_size(unsigned family) {
  if (family == family_ipv4) return ipv4_size;
  if (family == family_ipv6) return ipv6_size;
  return family == family_last ? unix_size : 0;
}

AddressBytes source_address(std::string_view bytes, unsigned family) {
  AddressBytes address{};
  const bool v6 = family == family_ipv6;
  if (!v6) address[10] = address[11] = 0xff;
  const std::size_t length = v6 ? 16 : 4;
  std::copy_n(bytes.begin() + fixed_size, length, address.end() - length);
  return address;
}

// Requires: the fixed part.
ProxyHeader parse_fixed(std::string_view bytes) {
  const unsigned version = byte(bytes, 12) >> 4U;
  const unsigned command = byte(bytes, 12) & 15U;
  const unsigned family = byte(bytes, 13) >> 4U;
  const unsigned transport = byte(bytes, 13) & 15U;
  const std::size_t length = byte(bytes, 14) << 8U | byte(bytes, 15);
  if (version != 2 || command > command_proxy) return {State::invalid};
  const ProxyHeader peer{State::complete, fixed_size + length, std::nullopt};
  if (command == command_local) return peer;
  if (family > family_last || transport > transport_last) return {State::invalid};
  if (length < addresses_size(family)) return {State::invalid};
  if (transport == 0 || (family != family_ipv4 && family != family_ipv6)) return peer;
  if (bytes.size() < fixed_size + addresses_size(family)) return {State::incomplete};
  return {State::complete, fixed_size + length, source_address(bytes, family)};
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
  const std::size_t compared = std::min(bytes.size(), magic.size());
  if (bytes.substr(0, compared) != magic.substr(0, compared)) return {State::invalid};
  if (bytes.size() < fixed_size) return {State::incomplete};
  return parse_fixed(bytes);
}

}  // namespace sidestream
