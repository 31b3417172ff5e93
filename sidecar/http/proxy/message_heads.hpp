#pragma once
// The heads of messages on their way through: what the app gets for a client's request, and what
// the client gets for the app's answer. Framing is always our own, made from what the parser
// understood, so that both sides see the same end of a message. Pure.
//
// Thread: any. Source: RFC 9110 section 7.6, RFC 9112 sections 3, 6 and 9.

#include <boost/beast/http/message.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sidecar/http/protocol/message.hpp"
#include "sidecar/http/proxy/x_forwarded.hpp"

namespace sidestream {

// How a body's end is told.
struct Framing {
  enum class Kind { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;

  bool has_body() const { return kind != Kind::none && !(kind == Kind::length && length == 0); }
};

// A request's target: "/path?query" as it stands, or "*"; and the host, where the whole URL was
// sent.
struct Target {
  std::string_view path;
  std::string_view authority;
};
// Nothing: neither a path, nor an http URL with one, nor *.
std::optional<Target> split_target(std::string_view target);

struct RequestHead {
  std::string text;  // request line and fields, but for the empty line
  Framing framing;
  bool upgrade = false;
  bool repeatable = false;  // may be sent again where nobody knows whether the app got it
  std::string request_id;
  std::string traceparent;
  std::string accept;  // the field, for an answer of our own
};

using RequestHeader = boost::beast::http::request_header<>;
using ResponseHeader = boost::beast::http::response_header<>;

// Why nobody can tell where the request ends (RFC 9112 section 6.3): what follows it on its
// connection must not be read. Nothing: good.
std::optional<Response> find_framing_fault(const RequestHeader& request);

// `body`: what the parser made of Content-Length and Transfer-Encoding. A Response: why the request
// can't be passed on.
std::variant<RequestHead, Response> make_request_head(const RequestHeader& request, Framing body,
                                                      const Target& target, const Peer& peer);

struct AnswerHead {
  std::string text;  // status line and fields, but for the empty line
  Framing framing;   // towards the client
  bool keep_alive = false;
  bool event_stream = false;
};

// Who is answered.
struct Asked {
  bool http10 = false;
  bool head = false;        // the request's method was HEAD
  bool keep_alive = false;  // the client's connection can take another request
};

// `body`: as above. Nothing: the answer can't be passed on.
std::optional<AnswerHead> make_answer_head(const ResponseHeader& answer, Framing body,
                                           const Asked& asked);
// Of 1xx: passed on as it is. 101 keeps its Upgrade.
std::string make_interim_head(const ResponseHeader& answer);

// Trailers of a chunked body that may be passed on, as fields.
std::string make_trailers(const boost::beast::http::fields& trailers);

}  // namespace sidestream
