#pragma once
// Connections to the app: opened on demand, kept between requests.
//
// Thread: one event loop. Owns the idle connections; a taken one belongs to the caller.

#include <chrono>
#include <memory>
#include <vector>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/proxy/upstream_connection.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

class UpstreamPool {
 public:
  using Clock = std::chrono::steady_clock;

  UpstreamPool(const UpstreamAddress& address, UpstreamProbe& probe);
  ~UpstreamPool();

  // An idle connection, which reads ahead. `checked`: only one that was used just now and is
  // certainly open, for a request that must not be sent twice. Null: none.
  std::unique_ptr<UpstreamConnection> take(bool checked);
  // Connects a new `connection`; closing it ends the attempt.
  Awaitable<boost::system::error_code> connect(UpstreamConnection& connection);
  // Requires: the last response was read whole, with nothing behind it.
  void put(std::unique_ptr<UpstreamConnection> connection);
  // Closes connections that have expired or were closed by the app.
  void remove_expired(Clock::time_point now);
  bool empty() const { return idle_.empty(); }

 private:
  using Endpoint = boost::asio::generic::stream_protocol::endpoint;
  Awaitable<boost::system::error_code> resolve(UpstreamConnection& connection);

  const UpstreamAddress& address_;
  UpstreamProbe& probe_;
  std::vector<std::unique_ptr<UpstreamConnection>> idle_;  // newest last
  std::vector<Endpoint> endpoints_;
  Clock::time_point resolved_at_{};
};

}  // namespace sidestream
