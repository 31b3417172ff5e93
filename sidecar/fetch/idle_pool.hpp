#pragma once
// Idle connections, kept for the next request to the same place.
//
// Thread: one event loop. Owns the connections.

#include <memory>
#include <vector>

#include "sidecar/fetch/connection.hpp"

namespace sidestream {

class IdlePool {
 public:
  using Clock = FetchConnection::Clock;

  // The newest connection of `route` that is still open; null: none.
  std::unique_ptr<FetchConnection> take(const FetchRoute& route);
  // Closes the oldest connection where there are too many.
  // Requires: the last response was read whole.
  void put(std::unique_ptr<FetchConnection> connection);
  std::size_t size() const { return idle_.size(); }

 private:
  struct Idle {
    std::unique_ptr<FetchConnection> connection;
    Clock::time_point since;
  };
  void remove_expired();

  std::vector<Idle> idle_;  // oldest first
};

}  // namespace sidestream
