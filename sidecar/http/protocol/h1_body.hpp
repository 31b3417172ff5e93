#pragma once
// Reads the body of an HTTP/1.1 request within the budget of bodies: its bytes are reserved before
// they are read, those of a chunked body as it grows.
//
// Thread: the transport's event loop.

#include <cstdint>

#include "sidecar/http/limits/byte_budget.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/h1_transport.hpp"
#include "sidecar/http/protocol/request_parser.hpp"
#include "sidecar/http/protocol/responder.hpp"

namespace sidestream {

// The part of the budget that a request takes.
struct BodyBudget {
  BodyBudget(ByteBudget& all, AddressKey from, std::uint64_t most)
      : budget(all), client(from), limit(most) {}

  ByteBudget& budget;
  AddressKey client;
  std::uint64_t limit;  // of this body
};

// A malformed body is Outcome::lost, and `error` says what is wrong.
Awaitable<Body> read_h1_body(H1Transport& client, RequestHeadParser&& head, BodyBudget budget,
                             bool expects_continue, boost::beast::error_code& error);

}  // namespace sidestream
