#pragma once
// Parses the header of the PROXY protocol, version 2, with which load balancers begin a connection
// to name the client. Pure.
//
//   0       12       13       14      16            16+length
//   +-------+--------+--------+-------+-- ... ------+
//   | magic | 2, cmd | family | length| addresses, TLVs (ignored)
//   +-------+--------+--------+-------+-- ... ------+
//
// Thread: any.

#include <cstddef>
#include <optional>
#include <string_view>

#include "sidecar/settings/network.hpp"

namespace sidestream {

struct ProxyHeader {
  enum class State {
    incomplete,  // a valid beginning
    invalid,     // something else than a version 2 header
    complete,
  };
  State state = State::invalid;
  // Of the whole header, TLVs included. Set once the state is `complete`.
  std::size_t size = 0;
  // The client's address. Nothing: a connection of the proxy itself (LOCAL), or one without an IP
  // address; the peer counts.
  std::optional<AddressBytes> source;
};

// `complete` needs the addresses, not the TLVs behind them: `size` may exceed `bytes`.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace sidestream
