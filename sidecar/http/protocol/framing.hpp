#pragma once
// How the end of an HTTP/1.1 body is marked (RFC 9112, 6). Pure.
//
// Thread: any.

#include <boost/beast/http/message.hpp>
#include <cstdint>
#include <optional>

#include "sidecar/http/protocol/response.hpp"

namespace sidestream {

struct Framing {
  enum class Kind { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;

  bool has_body() const { return kind != Kind::none && !(kind == Kind::length && length == 0); }
};

using RequestHeader = boost::beast::http::request_header<>;

// The response to a request whose end is ambiguous (RFC 9112, 6.3): what follows it on its
// connection must not be read. Nothing: the end is known.
std::optional<Response> find_framing_fault(const RequestHeader& request);

}  // namespace sidestream
