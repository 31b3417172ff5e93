#pragma once
// What a request head must say clearly: where its body ends (RFC 9112, 6), and its host. Pure.
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

// The response to a request whose Host is missing, repeated or no host (RFC 9112, 3.2). HTTP/1.0 may
// leave it out.
std::optional<Response> find_host_fault(const RequestHeader& request);

}  // namespace sidestream
