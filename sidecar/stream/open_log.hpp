#pragma once
// One log that is being read. Composes its topic log, its tail, its replays and its start requests.
//
//   connector -> Ingest -> TopicLog -> LogWatches -> event loops
//   start()   -> Starts -> Connector::extent -> plan
//
// The log opens with its first start request: the tail begins exactly where the broker said that
// the log ends, so no record falls between the query and the tail.
//
// Thread: any.
// Owns: the tail, which close() ends. Borrows: the pool.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/stream/ingest/ingest.hpp"
#include "sidecar/stream/ingest/log_watches.hpp"
#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/replay/replay.hpp"
#include "sidecar/stream/start/start.hpp"
#include "sidecar/stream/start/starts.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class OpenLog final : public std::enable_shared_from_this<OpenLog>, private Starts::Owner {
 public:
  using Clock = std::chrono::steady_clock;

  // Requires: owned by a shared_ptr before start() is called.
  // `ended`: shared by all logs. Without it nothing is remembered once this one is closed.
  OpenLog(std::shared_ptr<Topic> topic, std::string name, ReplayPool& pool, Logger logger,
          std::shared_ptr<EndedLogs> ended = std::make_shared<EndedLogs>());

  const Topic& topic() const { return *topic_; }
  Topic& topic() { return *topic_; }
  const std::string& name() const { return name_; }
  OffsetFormat format() const { return topic_->connector.format(); }
  TopicLog& topic_log() { return topic_log_; }
  Replay& replay() { return *replay_; }

  // Finds where to start. Calls `receiver` once while it waits, on any thread, possibly before
  // start() returns. It is called late while the broker is unreachable or refuses the query, or
  // while the broker already holds another generation of the log than the tail has seen.
  void start(StartRequest request, PlanReceiver receiver) {
    starts_.start(std::move(request), std::move(receiver));
  }
  // Retries pending start requests that are due. Call it about once a second.
  void retry_starts(Clock::time_point now) { starts_.retry(now); }

  // Notifies `watch` of changes until unwatch() returns.
  void watch(LogWatch& watch) { watches_.add(watch); }
  void unwatch(LogWatch& watch) { watches_.remove(watch); }
  std::uint64_t slowest_lag() const { return watches_.slowest_lag(); }

  // Counts the subscriptions. OpenLogs closes a log that had none for a while.
  void enter() { readers_.fetch_add(1, std::memory_order_relaxed); }
  // `served`: the subscription was sent a record.
  void leave(Clock::time_point now, bool served);
  // Whether a subscription that has left was sent a record.
  bool has_served() const { return served_.load(std::memory_order_relaxed); }
  int readers() const { return readers_.load(std::memory_order_relaxed); }
  bool idle_since(Clock::time_point then) const;

  // Ends the tail: afterwards nothing is written to the topic log. Pending starts are answered as
  // stopped. Requires: not called from a connector's thread.
  void close();

 private:
  std::shared_ptr<Starts> shared_starts() override;
  void open_at(const LogExtent& extent) override;
  void note_end(const LogEnd& end) override;
  std::shared_ptr<TailSeeks> make_seeks() override;

  const std::shared_ptr<Topic> topic_;
  const std::string name_;
  ReplayPool& pool_;
  TopicLog topic_log_;
  const std::shared_ptr<Replay> replay_;
  LogWatches watches_;
  Starts starts_;
  Ingest ingest_;

  std::atomic<int> readers_{0};
  std::atomic<bool> served_{false};
  std::atomic<std::int64_t> left_at_;  // when the last reader left, in ticks of the steady clock

  std::mutex mutex_;  // guards the following
  bool closed_ = false;
  std::unique_ptr<Tail> tail_;  // calls ingest_: destroyed first
};

}  // namespace sidestream
