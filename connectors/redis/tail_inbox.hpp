#pragma once
// What open Tails and the tail worker tell each other. It owns the worker's loop, as a Tail may end
// after the worker.
//
// Thread: any, but for take() and leave().

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/redis/loop.hpp"
#include "connectors/redis/tail_book.hpp"

namespace sidestream::redis {

// Invariant: news_ is what the worker has not seen yet. The probe counts the tails at once.
class TailInbox {
 public:
  struct Opened {
    TailId id;
    std::string log;
    Offset from;
    std::shared_ptr<TailSlot> slot;
  };
  struct News {
    std::vector<Opened> opened;
    std::vector<TailId> closed;
  };

  explicit TailInbox(ConnectorProbe& probe) : probe_(&probe) {}

  TailId open(std::string log, Offset from, std::shared_ptr<TailSlot> slot);
  void close(TailId id);
  News take();   // the worker's thread
  void leave();  // the worker ends: from here on nobody takes

  Loop& loop() { return loop_; }

 private:
  std::mutex mutex_;
  ConnectorProbe* probe_;  // null: the worker has left
  TailId last_ = 0;
  News news_;
  Loop loop_;
};

// The Tail for a user of the connector: its end is told to the inbox, and waits for a call of the
// sink.
std::unique_ptr<Tail> open_tail(const std::shared_ptr<TailInbox>& inbox, std::string log,
                                Offset from, TailSink& sink);

}  // namespace sidestream::redis
