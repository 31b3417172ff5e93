#pragma once
// One log that is being read: its topic log, its tail, its replays, and the answer to "where do I
// start?".
//
// It opens with its first reader: the broker is asked what it holds, and the tail starts at that
// explicit place, so that nothing falls between question and start. Questions are joined: however
// many readers come, at most one is on its way and one waits.
//
// Thread: any; the sink's functions come on the connector's thread.
// Owns: the tail, which close() ends. Borrows the pool.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/stream/ingest/encoder.hpp"
#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/replay/replay.hpp"
#include "sidecar/stream/start/start.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

// Told that a log has changed. Any thread, never blocks; one call may stand for many changes.
class LogWatch {
 public:
  virtual ~LogWatch() = default;
  virtual void changed() noexcept = 0;
  // Records that the slowest of its readers is behind.
  virtual std::uint64_t slowest_lag() const noexcept = 0;
};

class OpenLog final : public TailSink, public std::enable_shared_from_this<OpenLog> {
 public:
  OpenLog(std::shared_ptr<Topic> topic, std::string name, ReplayPool& pool, Logger log);

  const Topic& topic() const { return *topic_; }
  Topic& topic() { return *topic_; }
  const std::string& name() const { return name_; }
  OffsetFormat format() const { return topic_->connector.format(); }
  TopicLog& log() { return log_; }
  Replay& replay() { return *replay_; }

  // Finds a start. `done` is called once, on any thread, possibly before start() returns; later
  // than that only while the broker can't be asked, or holds another log than the one that was read
  // up to now: then it waits until the tail has seen that too.
  void start(StartRequest request, PlanCallback done);
  // Asks for what waits, if anything does. Once a second or so.
  void ask_again();

  // Once unwatch() has returned, the watch is not told any more.
  void watch(LogWatch& watch);
  void unwatch(LogWatch& watch);
  std::uint64_t slowest_lag();

  // Readers that hold a subscription. A log without readers lingers, then is closed by OpenLogs.
  void enter() { readers_.fetch_add(1, std::memory_order_relaxed); }
  void leave(std::chrono::steady_clock::time_point now);
  int readers() const { return readers_.load(std::memory_order_relaxed); }
  bool idle_since(std::chrono::steady_clock::time_point then) const;

  // Ends the tail; afterwards the log isn't written any more. Never from a connector's thread.
  void close();

  void deliver(std::span<const Record> records) noexcept override;
  void pass(Partition partition, Offset through) noexcept override;
  void lose(const Loss& loss) noexcept override;
  void reset(std::string_view reason, const Position& position) noexcept override;
  void grow(int partitions) noexcept override;

 private:
  struct Asking {
    StartRequest request;
    PlanCallback done;
  };
  // What the topic log was when a question left.
  struct Generation {
    std::uint64_t generation = 0;
    Position head;
  };
  bool start_from_memory(const StartRequest& request, StartPlan& plan);
  bool holds(const LogView& view, const Position& position) const;
  void ask();
  void answer(std::vector<Asking> asking, const Generation& asked, Result<LogExtent> extent);
  bool overtaken(const Generation& asked, const LogExtent& extent, const LogView& view) const;
  void open_at(const LogExtent& extent);
  void resolve(Asking asking, const LogExtent& extent, const LogView& view);
  void commit();

  const std::shared_ptr<Topic> topic_;
  const std::string name_;
  Logger logger_;
  TopicLog log_;
  std::shared_ptr<Replay> replay_;
  Encoder encoder_;
  Encoded batch_;  // connector thread

  std::mutex mutex_;  // guards the following
  std::vector<Asking> waiting_;
  bool asking_ = false;
  bool closed_ = false;
  std::unique_ptr<Tail> tail_;

  std::mutex watch_mutex_;
  std::vector<LogWatch*> watches_;

  std::atomic<int> readers_{0};
  std::atomic<std::int64_t> left_at_;  // steady clock, of the last reader
};

}  // namespace sidestream
