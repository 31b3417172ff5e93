#pragma once
// The head of a client's request as the upstream app gets it. Framing is always our own, made from
// what the parser understood, so that both sides see the same end of the message. Pure.
//
// Thread: any. Source: RFC 9110 section 7.6, RFC 9112 sections 3, 6 and 9.

#include <string>
#include <variant>

#include "sidecar/http/protocol/framing.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "sidecar/http/proxy/x_forwarded.hpp"

namespace sidestream {

struct RequestHead {
  std::string text;  // request line and fields, without the empty line
  Framing framing;
  bool upgrade = false;
  bool repeatable = false;  // may be sent again if it is unknown whether the app received it
  std::string request_id;
  std::string traceparent;
  std::string accept;  // the field, for a response of our own
};

// `body`: what the parser made of Content-Length and Transfer-Encoding. A Response: the request
// cannot be passed on.
std::variant<RequestHead, Response> make_request_head(const RequestHeader& request, Framing body,
                                                      const Target& target, const Peer& peer);

}  // namespace sidestream
