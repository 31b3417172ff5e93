#pragma once
// A socket of an event loop. Its executor has a type of its own, as Asio's any_io_executor would
// cost each idle stream some 200 bytes, in the socket and in what waits for its peer.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "sidecar/settings/network.hpp"

namespace sidestream {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// All zeros for an endpoint without an address.
inline AddressBytes address_of(const boost::asio::ip::tcp::endpoint& endpoint) {
  using boost::asio::ip::make_address_v6;
  const auto& address = endpoint.address();
  return address.is_v6() ? address.to_v6().to_bytes()
                         : make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

}  // namespace sidestream
