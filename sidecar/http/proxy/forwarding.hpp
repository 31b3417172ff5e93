#pragma once
// One request on its way to the app and its answer on the way back.
//
// Thread: the client's event loop. Borrows: all, until it has returned. Never throws for what the
// network does.

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/socket.hpp"
#include "sidecar/http/protocol/message.hpp"
#include "sidecar/http/proxy/proxy.hpp"

namespace sidestream {

struct Peer;

struct Forwarded {
  Forwarded() = default;  // not an aggregate, which GCC 12 destroys twice in coroutines

  // Not begun to answer: this is the answer.
  std::optional<Response> answer;
  // The end of the connection would be taken for the end of an answer that was broken off.
  bool reset = false;
  // Whether the client's connection can take another request.
  bool keep_alive = false;
  // The connection was upgraded: it belongs to the tunnel that leads here.
  std::unique_ptr<UpstreamConnection> tunnel;
};

using RequestHeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

// `head`: read from `client`, and given up; `buffer` holds what came behind it.
Awaitable<Forwarded> forward(Proxy& proxy, Socket& client, boost::beast::flat_buffer& buffer,
                             RequestHeadParser& head, const Peer& peer);

}  // namespace sidestream
