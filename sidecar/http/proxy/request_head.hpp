#pragma once
// The head of a client's request, rewritten for the upstream app. The framing is our own, made from
// what the parser understood, so both sides see the same end of the message. Pure.
//
// Thread: any. Source: RFC 9110 section 7.6, RFC 9112 sections 3, 6 and 9.

#include <optional>
#include <string>
#include <variant>

#include "sidecar/http/protocol/framing.hpp"
#include "sidecar/http/protocol/target.hpp"
#include "sidecar/http/proxy/refused_stream.hpp"
#include "sidecar/http/proxy/x_forwarded.hpp"

namespace sidestream {

struct RequestHead {
  std::string text;  // request line and fields, without the empty line
  Framing framing;
  bool upgrade = false;
  bool expects = false;     // the client waits for 100 before it sends the body
  bool repeatable = false;  // safe to send twice: idempotent and without a body
  std::string request_id;
  std::string traceparent;                    // empty: the client sent none
  std::optional<RefusedStream> event_source;  // it is one; for when the app cannot be reached
  std::string accept;                         // the Accept field, for error responses of our own
};

// What a request depends on besides the client's.
struct UpstreamTraits {
  std::string authority;  // the app's own host and port, for requests without Host
  bool via = false;       // add Via
};

// `body`: the framing as the parser understood it. A Response: the request is refused.
std::variant<RequestHead, Response> make_request_head(const RequestHeader& request, Framing body,
                                                      const Target& target, const Peer& peer,
                                                      const UpstreamTraits& upstream);

}  // namespace sidestream
