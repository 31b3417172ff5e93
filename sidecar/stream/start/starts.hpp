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
// Errors of the broker are temporary (access denied, wrong type, records retired during a search):
// the request is tried again after a back-off, 1 s doubling to 10 s, as long as its receiver waits.
// A failed query delays all requests of the log; a failed search (`since`, `tail`) its own.
// A `tail` that equals one under way shares its search (TailSeeks) and needs no query.
//
// Of a log that can end, it then finds out whether it has (EndCheck), so that a plan says whether
// anything follows it. A resume at the end of what the topic log has read is never answered from
// memory.
//
// Thread: any. Receivers are called without the lock, on a connector thread or within start().
// Borrows: all constructor arguments. Queries in flight keep the owner alive.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/backoff.hpp"
#include "connectors/connector.hpp"
#include "sidecar/stream/end/end_check.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/replay/tail_seeks.hpp"
#include "sidecar/stream/start/start.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class Starts {
 public:
  using Clock = std::chrono::steady_clock;

  // What Starts needs of the open log that it is part of.
  class Owner {
   public:
    virtual ~Owner() = default;
    // This object, sharing ownership of the open log.
    virtual std::shared_ptr<Starts> shared_starts() = 0;
    // Opens the topic log and its tail at the live end of `extent`, unless the log is open or was
    // closed. Thread: a connector's.
    virtual void open_at(const LogExtent& extent) = 0;
    // The broker has said where the log ends. Thread: a connector's.
    virtual void note_end(const LogEnd& end) = 0;
    // Called at most once, when the first start by `tail=` comes.
    virtual std::shared_ptr<TailSeeks> make_seeks() = 0;
  };

  // `log` is the broker's name of the log.
  Starts(Owner& owner, const std::shared_ptr<Topic>& topic, const std::string& log,
         TopicLog& topic_log, std::shared_ptr<EndedLogs> ended);

  // Calls `receiver` once while it waits, possibly before start() returns.
  void start(StartRequest request, PlanReceiver receiver);
  // Queries the broker for the pending requests that are due. Call it about once a second.
  void retry(Clock::time_point now);
  // The tail has read a new generation: queries for the requests that wait for it.
  void retry();
  // Answers pending requests, and all later ones, as stopped.
  void close();

 private:
  struct Pending {
    StartRequest request;
    PlanReceiver receiver;
    std::optional<ParsedId> id{};  // resume
    std::optional<LogEnd> end{};   // of a log that can end
    Backoff backoff{first_delay, longest_delay};
    Clock::time_point due{};  // not before, after a failed search
  };
  static constexpr std::chrono::milliseconds first_delay{1000};
  static constexpr std::chrono::milliseconds longest_delay{10'000};
  // The topic log when a query was sent.
  struct Sent {
    std::uint64_t generation = 0;
    Position head;
  };

  bool start_from_memory(const Pending& pending, StartPlan& plan) const;
  bool follows(const Position& position) const;
  bool covers(const LogView& view, const Position& position) const;
  bool is_due() const;
  std::vector<Pending> take_due();
  void query();
  void take_extent(std::vector<Pending> pending, const Sent& sent, Result<LogExtent> extent);
  void check_end(std::vector<Pending> pending, const LogExtent& extent, std::uint64_t generation);
  void answer(std::vector<Pending> pending, const LogExtent& extent, const LogView& view);
  void query_failed(std::vector<Pending> pending, const boost::system::error_code& error);
  bool postpone(std::vector<Pending>& pending);
  void query_next();
  void resolve(Pending pending, const LogExtent& extent, const LogView& view);
  bool join_seek(Pending& pending);
  TailSeeks& seeks();
  TailSeeks::Asker asker(const std::shared_ptr<Pending>& pending, bool dense,
                         std::uint64_t generation);
  std::function<void(Result<Position>)> when_located(std::shared_ptr<Pending> pending,
                                                     StartKind start, bool dense,
                                                     std::uint64_t generation);
  void search_failed(Pending pending, const boost::system::error_code& error);
  OffsetFormat format() const { return topic_.connector.format(); }

  Owner& owner_;
  Topic& topic_;
  const std::string& log_;
  TopicLog& topic_log_;
  EndCheck end_check_;

  std::mutex mutex_;  // guards the following
  std::vector<Pending> pending_;
  std::shared_ptr<TailSeeks> seeks_;  // null: none was needed yet; stays then
  Clock::time_point now_{};           // of the last retry(now)
  Clock::time_point next_query_{};    // not before, after a failed query
  Backoff backoff_{first_delay, longest_delay};
  bool querying_ = false;
  bool closed_ = false;
};

}  // namespace sidestream
