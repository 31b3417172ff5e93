#pragma once
// The place of a request that waits for the broker like a stream that opens. It takes a stream's, so
// that requests at a broker that hangs are bounded as streams are.
//
// Thread: the event loop.

#include <optional>
#include <utility>

#include "sidecar/http/client/client.hpp"
#include "sidecar/http/limits/stream_place.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {

// Nothing: none is free, of all clients or of this one.
inline std::optional<StreamPlace> take_waiting_place(const Client& client, EventLoop& loop,
                                                     const ServerContext& context) {
  const ServerSettings& server = loop.config().server;
  const std::uint64_t most = server.limits.streams_per_address;
  auto place = context.quotas.streams.take(server.max_connections);
  auto of_address =
      context.limits.streams.take(client.key(), most > 0 ? most : AddressQuota::no_limit);
  if (!place || !of_address) return std::nullopt;
  return StreamPlace(std::move(*place), std::move(*of_address));
}

}  // namespace sidestream
