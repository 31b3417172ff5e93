#pragma once
// The heads of the app's response, rewritten for the client: interim heads, the final head and
// trailers. The framing is our own, as in request_head.hpp. Pure.
//
// Thread: any.

#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>

#include "sidecar/http/protocol/framing.hpp"

namespace sidestream {

using ResponseHeader = boost::beast::http::response_header<>;

// What a response depends on besides the app's head.
struct ClientTraits {
  bool http10 = false;
  bool head = false;        // the request's method is HEAD
  bool keep_alive = false;  // the client's connection can take another request
};

struct ResponseHead {
  std::string text;  // status line and fields, without the empty line
  Framing framing;   // towards the client
  bool keep_alive = false;
  bool event_stream = false;
};

// `body`: the framing as the parser understood it. Nothing: the app's response is invalid.
std::optional<ResponseHead> make_response_head(const ResponseHeader& response, Framing body,
                                               const ClientTraits& client);
// A 1xx head. 101 keeps its Upgrade.
std::string make_interim_head(const ResponseHeader& response);

// The trailers of a chunked body that may be forwarded, as whole fields.
std::string make_trailers(const boost::beast::http::fields& trailers);

}  // namespace sidestream
