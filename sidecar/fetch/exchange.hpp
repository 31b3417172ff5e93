#pragma once
// One request and its response on a connection.
//
// Thread: the connection's loop.

#include <cstdint>
#include <string_view>

#include "sidecar/fetch/connection.hpp"
#include "sidecar/fetch/request.hpp"

namespace sidestream {

struct Exchange {
  FetchConnection& connection;
  const FetchRequest& request;
  std::string_view bytes;  // of the encoded request
};

struct ExchangeResult {
  FetchResponse response;
  bool reusable = false;  // the response was read whole, and the connection stays open
};

// Skips interim responses (1xx). Requires: the connection is connected and closes at the deadline;
// what `exchange` refers to lives until the end.
// Errors: timeout, closed, incomplete, malformed, too_large.
Awaitable<Fetched<ExchangeResult>> run_exchange(Exchange exchange);

}  // namespace sidestream
