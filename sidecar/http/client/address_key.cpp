#include "sidecar/http/client/address_key.hpp"

namespace sidestream {
namespace {

// IPv4 addresses get a prefix of their own: ffff::/16 is multicast, so no IPv6 client has it.
constexpr std::uint64_t v4_prefix = 0xffff'ffff'0000'0000;

std::uint64_t big_endian(const std::uint8_t* bytes, unsigned count) {
  std::uint64_t number = 0;
  for (unsigned i = 0; i < count; ++i) number = number << 8U | bytes[i];
  return number;
}

}  // namespace

AddressKey address_key(const AddressBytes& address) {
  if (is_mapped_v4(address)) return AddressKey{v4_prefix | big_endian(&address[12], 4)};
  return AddressKey{big_endian(address.data(), 8)};
}

AddressBytes first_address(AddressKey key) {
  const auto number = static_cast<std::uint64_t>(key);
  const bool v4 = (number & v4_prefix) == v4_prefix;
  AddressBytes address{};
  if (v4) address[10] = address[11] = 0xff;
  const unsigned count = v4 ? 4 : 8;
  for (unsigned i = 0; i < count; ++i) {
    address[v4 ? 12 + i : i] = static_cast<std::uint8_t>(number >> 8U * (count - 1 - i));
  }
  return address;
}

}  // namespace sidestream
