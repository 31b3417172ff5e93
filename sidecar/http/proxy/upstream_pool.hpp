#pragma once
// Connections to the app: made when needed, kept open between requests.
//
// Thread: one event loop. A connection belongs to whoever has taken it, and is closed when it goes.

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

  // A connection that is listening. `for_once`: for a request that must not be sent twice, it is
  // one that was in use just now and is open for certain. Null: none.
  std::unique_ptr<UpstreamConnection> take(bool for_once);
  // Connects `connection`, which was just made; to end it early, close it.
  Awaitable<boost::system::error_code> connect(UpstreamConnection& connection);
  // Requires: the last answer was read whole and nothing came behind it.
  void put_back(std::unique_ptr<UpstreamConnection> connection);
  // Lets go of what was idle for long or was closed by the app.
  void tidy(Clock::time_point now);
  bool empty() const { return idle_.empty(); }

 private:
  using Endpoint = boost::asio::generic::stream_protocol::endpoint;
  Awaitable<boost::system::error_code> resolve(UpstreamConnection& connection);

  const UpstreamAddress& address_;
  UpstreamProbe& probe_;
  std::vector<std::unique_ptr<UpstreamConnection>> idle_;  // the newest last
  std::vector<Endpoint> endpoints_;
  Clock::time_point resolved_at_{};
};

}  // namespace sidestream
