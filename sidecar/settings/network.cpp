#include "sidecar/settings/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "sidecar/settings/units.hpp"

namespace sidestream {

namespace {

constexpr unsigned mapped_bits = 96;  // of ::ffff:0:0/96, before an IPv4 address
constexpr std::string_view form = "write an address or a network, like 10.0.0.0/8 or fd00::/8";

// The first `bits` bits, the rest zero.
AddressBytes masked(AddressBytes bytes, unsigned bits) {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp<int>(static_cast<int>(bits) - static_cast<int>(i) * 8, 0, 8);
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xff00U >> kept));
  }
  return bytes;
}

}  // namespace

std::optional<AddressBytes> parse_ip(std::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  AddressBytes bytes{};
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
  bytes.fill(0);
  bytes[10] = bytes[11] = 0xff;
  if (inet_pton(AF_INET, copy.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

bool is_mapped_v4(const AddressBytes& address) {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

bool is_loopback(const AddressBytes& address) {
  static const Network v4{*parse_ip("127.0.0.0"), 96 + 8};
  static const Network v6{*parse_ip("::1"), 128};
  return v4.contains(address) || v6.contains(address);
}

std::string format_ip(const AddressBytes& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_mapped_v4(address))
    inet_ntop(AF_INET, &address[12], text.data(), text.size());
  else
    inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

bool Network::contains(const AddressBytes& address) const { return masked(address, bits) == first; }

Parsed<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto address = parse_ip(host);
  if (!address) return {{}, "has no IP address; " + std::string(form)};
  const bool v4 = host.find(':') == std::string_view::npos;
  unsigned bits = 128;
  if (slash != std::string_view::npos) {
    const auto length = parse_whole_number(text.substr(slash + 1));
    const std::uint64_t most = v4 ? 32 : 128;
    if (!length || *length > most)
      return {{}, "needs a prefix length between 0 and " + std::to_string(most) + " after the /"};
    bits = static_cast<unsigned>(*length) + (v4 ? mapped_bits : 0);
  }
  const Network network{masked(*address, bits), bits};
  if (network.first != *address)
    return {{}, "has host bits set; write the network's first address"};
  return {network, {}};
}

}  // namespace sidestream
