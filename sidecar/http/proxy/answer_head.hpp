#pragma once
// The head of the upstream app's response as the client gets it. Framing is always our own, made
// from what the parser understood, so that both sides see the same end of the message. Pure.
//
// Thread: any. Source: RFC 9110 section 7.6, RFC 9112 sections 6 and 9.

#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>

#include "sidecar/http/protocol/framing.hpp"

namespace sidestream {

using ResponseHeader = boost::beast::http::response_header<>;

struct AnswerHead {
  std::string text;  // status line and fields, without the empty line
  Framing framing;   // towards the client
  bool keep_alive = false;
  bool event_stream = false;
};

// What the response depends on of the request.
struct Asked {
  bool http10 = false;
  bool head = false;        // the request's method was HEAD
  bool keep_alive = false;  // the client's connection can take another request
};

// `body`: what the parser made of Content-Length and Transfer-Encoding. Nothing: the response
// cannot be passed on.
std::optional<AnswerHead> make_answer_head(const ResponseHeader& answer, Framing body,
                                           const Asked& asked);
// Of a 1xx response, which is passed on unchanged. 101 keeps its Upgrade.
std::string make_interim_head(const ResponseHeader& answer);

// Trailers of a chunked body that may be passed on, as fields.
std::string make_trailers(const boost::beast::http::fields& trailers);

}  // namespace sidestream
