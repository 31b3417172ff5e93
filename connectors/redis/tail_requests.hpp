#pragma once
// Tails that users have opened and closed since the tail worker last looked. It owns the worker's
// loop, because a Tail may be closed after the worker is gone.
//
// Thread: any, except take() and detach().

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/redis/loop.hpp"
#include "connectors/redis/tail_table.hpp"

namespace sidestream::redis {

// Invariant: pending_ is what take() has not returned yet. The probe counts open tails at once.
class TailRequests {
 public:
  struct Opened {
    TailId id;
    std::string log;
    Offset from;
    std::shared_ptr<TailSlot> slot;
  };
  struct Pending {
    std::vector<Opened> opened;
    std::vector<TailId> closed;
  };

  explicit TailRequests(ConnectorProbe& probe) : probe_(&probe) {}

  // Requires: not detached.
  TailId open(std::string log, Offset from, std::shared_ptr<TailSlot> slot);
  void close(TailId id);
  // Thread: the worker's.
  Pending take();
  // The worker is destroyed: from now on close() does nothing.
  void detach();

  Loop& loop() { return loop_; }

 private:
  std::mutex mutex_;
  ConnectorProbe* probe_;  // null: detached
  TailId last_id_ = 0;
  Pending pending_;
  Loop loop_;
};

// The Tail for a user of the connector. Its destructor waits for a running call of the sink.
std::unique_ptr<Tail> open_tail(const std::shared_ptr<TailRequests>& requests, std::string log,
                                Offset from, TailSink& sink);

}  // namespace sidestream::redis
