#pragma once
// How a proxied request ended, for the client's connection.

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>

#include "sidecar/http/net/quota.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/http/proxy/proxy.hpp"

namespace sidestream {

struct ProxyResult {
  ProxyResult() = default;  // not an aggregate, which GCC 12 destroys twice in coroutines

  // Not begun to answer: this is the answer.
  std::optional<Response> answer;
  // The end of the connection would be taken for the end of an answer that was broken off.
  bool reset = false;
  // Whether the client's connection can take another request.
  bool keep_alive = false;
  // The connection was upgraded: it belongs to the tunnel that leads here.
  std::unique_ptr<UpstreamConnection> tunnel;
  Place tunnel_place;
};

using RequestHeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

}  // namespace sidestream
