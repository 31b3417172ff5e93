#pragma once
// The client's side of an HTTP/1.1 connection: what the connection, which reads heads, and the
// responder of each request share.
//
// Thread: the socket's event loop.

#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <utility>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/limits/connection_table.hpp"
#include "sidecar/http/net/client_socket.hpp"
#include "sidecar/http/net/deadline.hpp"

namespace sidestream {

struct H1Transport {
  H1Transport(Socket connected, std::unique_ptr<Connection> admitted)
      : socket(std::move(connected)), connection(std::move(admitted)) {}

  ClientSocket socket;
  std::unique_ptr<Connection> connection;  // leaves its table before the socket closes
  Deadline deadline{socket};
  boost::beast::flat_buffer buffer;  // received, not parsed yet
  Peer peer;                         // set before the first request is read
  bool for_proxy = false;            // the socket has the options of proxied connections
};

}  // namespace sidestream
