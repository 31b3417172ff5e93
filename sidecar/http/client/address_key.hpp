#pragma once
// The unit that limits per address count: an IPv4 address, or the /64 network of an IPv6 address,
// because a site gets a whole /64. Pure.
//
// Thread: any.

#include <cstdint>

#include "sidecar/settings/network.hpp"

namespace sidestream {

// Eight bytes that are equal exactly when two addresses count together.
enum class AddressKey : std::uint64_t {};

AddressKey address_key(const AddressBytes& address);
// The address, or the first one of the /64.
AddressBytes first_address(AddressKey key);

}  // namespace sidestream
