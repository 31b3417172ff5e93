#pragma once
// Answers start requests of one log.
//
// A resume that the topic log covers is answered at once. All others need to know what the broker
// holds now. These queries are coalesced: at most one is in flight, and the requests that arrive
// meanwhile share the next one.
//
// A query's answer can be about another generation of the log than the one the tail reads. Then the
// requests wait until the tail has noticed too: a plan never mixes two generations.
//
// Thread: any. Callbacks run without the lock, on a connector thread or within start().
// Borrows: all constructor arguments. Queries in flight keep the owner alive.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/replay/replay.hpp"
#include "sidecar/stream/start/start.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class Starts {
 public:
  // What Starts needs of the open log that it is part of.
  class Owner {
   public:
    virtual ~Owner() = default;
    // This object, sharing ownership of the open log.
    virtual std::shared_ptr<Starts> shared_starts() = 0;
    // Opens the topic log and its tail at the live end of `extent`, unless the log is open or was
    // closed. Thread: a connector's.
    virtual void open_at(const LogExtent& extent) = 0;
  };

  // `log` is the broker's name of the log.
  Starts(Owner& owner, Topic& topic, const std::string& log, TopicLog& topic_log,
         std::shared_ptr<Replay> replay);

  // Calls `done` once, possibly before start() returns.
  void start(StartRequest request, PlanCallback done);
  // Queries the broker again if requests are pending and no query is in flight. Call it after a
  // reset, and about once a second.
  void retry();
  // Answers pending requests, and all later ones, as stopped.
  void close();

 private:
  struct Pending {
    StartRequest request;
    std::optional<ParsedId> id;  // resume
    PlanCallback done;
  };
  // The topic log when a query was sent.
  struct Sent {
    std::uint64_t generation = 0;
    Position head;
  };

  bool start_from_memory(const Pending& pending, StartPlan& plan) const;
  bool covers(const LogView& view, const Position& position) const;
  void query();
  void take_extent(std::vector<Pending> pending, const Sent& sent, Result<LogExtent> extent);
  bool postpone(std::vector<Pending>& pending);
  void query_next();
  void resolve(Pending pending, const LogExtent& extent, const LogView& view);
  OffsetFormat format() const { return topic_.connector.format(); }

  Owner& owner_;
  Topic& topic_;
  const std::string& log_;
  TopicLog& topic_log_;
  const std::shared_ptr<Replay> replay_;

  std::mutex mutex_;  // guards the following
  std::vector<Pending> pending_;
  bool querying_ = false;
  bool closed_ = false;
};

}  // namespace sidestream
