#pragma once
// An IP network in CIDR notation, like 10.0.0.0/8 or fd00::/8; an address alone is a network of one.
// IPv4 addresses are stored in IPv6-mapped form. Pure.
//
// Thread: any.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sidecar/settings/parsed.hpp"

namespace sidestream {

using AddressBytes = std::array<std::uint8_t, 16>;

// Nothing: not an IPv4 or IPv6 address.
std::optional<AddressBytes> parse_ip(std::string_view text);
// "203.0.113.9", or IPv6 without brackets.
std::string format_ip(const AddressBytes& address);
// Whether it is an IPv4 address, in IPv6-mapped form.
bool is_mapped_v4(const AddressBytes& address);
// 127.0.0.0/8 or ::1.
bool is_loopback(const AddressBytes& address);

struct Network {
  AddressBytes first{};
  unsigned bits = 128;  // length of the prefix

  bool contains(const AddressBytes& address) const;
  friend bool operator==(const Network&, const Network&) = default;
};

Parsed<Network> parse_network(std::string_view text);

}  // namespace sidestream
