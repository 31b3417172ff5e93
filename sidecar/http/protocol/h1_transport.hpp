#pragma once
// The client's side of an HTTP/1.1 connection: what the connection, which reads heads, and the
// responder of each request share.
//
// Thread: the socket's event loop.

#include <boost/beast/core/flat_buffer.hpp>
#include <utility>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/net/deadline.hpp"
#include "sidecar/http/net/quota.hpp"
#include "sidecar/http/net/socket.hpp"

namespace sidestream {

struct H1Transport {
  H1Transport(Socket connected, Place taken)
      : socket(std::move(connected)), place(std::move(taken)) {}

  Socket socket;
  Place place;  // among the connections
  Deadline deadline{socket};
  boost::beast::flat_buffer buffer;  // received, not parsed yet
  Peer peer;                         // set before the first request is read
  bool for_proxy = false;            // the socket has the options of proxied connections
};

}  // namespace sidestream
