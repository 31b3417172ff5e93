#pragma once
// X-Forwarded-For, -Proto, -Host and Forwarded (RFC 7239) for the app. The fields of a trusted proxy
// are extended, those of other peers are replaced. Pure.
//
// Thread: any.

#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/network.hpp"

namespace sidestream {

// The other end of a client's connection.
struct Peer {
  std::string address;  // IPv4, or IPv6 without brackets
  bool trusted = false;
};
Peer make_peer(const boost::asio::ip::address& address, const std::vector<Network>& trusted);

// Appends whole fields. `host`: the request's.
void append_forwarded(std::string& out, const boost::beast::http::fields& fields, const Peer& peer,
                      std::string_view host);

}  // namespace sidestream
