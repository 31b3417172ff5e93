#pragma once
// Finds the client in X-Forwarded-For and Forwarded (RFC 7239): the rightmost address that no
// trusted proxy has. Pure.
//
// The lists are read from the right, because only the right end was written by trusted proxies:
// nothing that a client sends can change how their elements are read.
//
// Thread: any.

#include <optional>
#include <string_view>
#include <vector>

#include "sidecar/settings/network.hpp"

namespace sidestream {

// Whether one of the networks contains the address.
bool is_trusted(const AddressBytes& address, const std::vector<Network>& trusted);

// An element of X-Forwarded-For, or the value of a for= parameter: an address with or without
// brackets, port and IPv6 zone. Nothing: obfuscated (_name), unknown, or no address.
std::optional<AddressBytes> parse_node(std::string_view text);

// Each takes the values of all fields of that name, joined by commas, and the address of the trusted
// peer that sent them. An element that is no address ends the search: the result is then the proxy
// that wrote it. If all addresses are trusted the result is the leftmost.
// Nothing: the list has no elements.
std::optional<AddressBytes> find_in_x_forwarded_for(std::string_view list, const AddressBytes& peer,
                                                    const std::vector<Network>& trusted);
std::optional<AddressBytes> find_in_forwarded(std::string_view list, const AddressBytes& peer,
                                              const std::vector<Network>& trusted);

}  // namespace sidestream
