#pragma once
// How a proxied request ended, for the client's connection.

#include <memory>
#include <optional>
#include <string_view>

#include "sidecar/http/limits/quota.hpp"
#include "sidecar/http/protocol/request_parser.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/http/proxy/proxy.hpp"
#include "sidecar/http/proxy/refused_stream.hpp"

namespace sidestream {

struct ProxyResult {
  ProxyResult() = default;  // not an aggregate, which GCC 12 destroys twice in coroutines

  // A response of our own, when nothing was sent yet.
  std::optional<Response> answer;
  // Why, as the metric has it; empty: the request was not valid.
  std::string_view cause;
  // The access log has a line.
  bool logged = false;
  // An EventSource must reconnect, when nothing was sent yet.
  std::optional<RefusedStream> refused_stream;
  // The connection must be reset, or its end would look like the end of the broken response.
  bool reset = false;
  // Whether the client's connection can take another request.
  bool keep_alive = false;
  // The app's connection after an upgrade, for the tunnel.
  std::unique_ptr<UpstreamConnection> tunnel;
  Place tunnel_place;
};

}  // namespace sidestream
