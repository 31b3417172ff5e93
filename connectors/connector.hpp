#pragma once
// The contract between a broker and the stream layer. A connector knows a broker and nothing of
// HTTP, SSE or subscribers. Three implement it: kafka, redis, embedded.
//
// A *log* is what the broker calls a topic (Kafka), a stream (Redis) or a log (embedded); it is
// named by a string on every call.
//
// Threads: every function of Connector may be called from any thread and returns at once (no I/O in
// the caller). Answers and deliveries come on the connector's own threads. Callbacks must be quick,
// must not throw and may call back into the connector; only Tail must not be destroyed from within
// its sink.
//
// While the broker is unreachable: extent, locate, back and read WAIT (the connector reconnects
// for ever with jittered back-off, connectors/backoff.hpp) and are answered when it is back.
// publish never waits longer than publish_timeout. After stop() all that is open is answered with
// Errc::stopped.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/base/error.hpp"

namespace sidestream {

inline constexpr std::chrono::seconds publish_timeout{5};

// What the broker holds of one partition.
struct Extent {
  Offset floor;  // a reader whose position is at or after this has lost nothing to retention
  Offset first;  // the first record still held; `last.next()` where none is
  Offset last;   // the newest place: where a `live` reader starts. Kafka: the stable end - 1
};

// What the broker holds of a log, asked of the broker (never cached).
struct LogExtent {
  std::vector<Extent> partitions;  // by partition number
  // Partitions whose extent is not known now (no leader). Their Extent is {-1, 0, -1}.
  std::vector<Partition> unknown;
  bool dense = true;  // offsets count records: `first - position - 1` records were lost
  bool exact = true;  // false: that number is an upper bound (compaction, transaction markers)
  // Positions below origin.previous() are of a former life of the log: how many were lost since is
  // unknown. Redis: also those above the floor (which is then the beginning, 0-0): the reader must
  // be told.
  Offset origin{-1};
};

// Asks for the records after `after`, at most up to and including `until`, of one partition.
struct Range {
  std::string log;
  Partition partition = 0;
  Offset after;
  Offset until;
  std::size_t max_records = 2048;
  std::size_t max_bytes = 256 * 1024;  // of values and keys; stops after the record that passes it
};

struct Message {  // what a POST appends
  std::string value;
  std::optional<std::string> key;
  std::string event;         // empty: none
  std::string event_header;  // Kafka: the record header that carries `event`
};

struct Published {
  Partition partition = 0;
  Offset offset;
  int partitions = 1;  // of the log
};

// Told by the tail: records of `partition` after `position` were lost before we could read them;
// `resumed` is the first that is still held. `lost` is absent where it can't be counted.
struct Loss {
  Partition partition = 0;
  Offset position;
  Offset resumed;
  std::optional<std::int64_t> lost;
  bool exact = true;
};

// Receives what a tail reads. Called on a connector thread, never by two at once for one tail.
class TailSink {
 public:
  virtual ~TailSink() = default;
  // In the order of each partition. Never blocks, never throws. Views are valid during the call.
  virtual void deliver(std::span<const Record> records) noexcept = 0;
  // Nothing deliverable lies between what was delivered and `through` (markers, aborted records).
  virtual void pass(Partition partition, Offset through) noexcept = 0;
  // Records were gone before they could be read; reading goes on at loss.resumed.
  virtual void lose(const Loss& loss) noexcept = 0;
  // The log was deleted, recreated or set back: offsets from before mean nothing now. Reading goes
  // on after `position`, the beginning of the new life. `reason` is for the client: one short word
  // like "recreated" or "set_back".
  virtual void reset(std::string_view reason, const Position& position) noexcept = 0;
  // The log has more partitions; the new ones are read from their beginning (after offset -1).
  virtual void grow(int partitions) noexcept = 0;
};

// A running tail reader. The destructor ends it: once it returns, the sink is not called any more.
class Tail {
 public:
  virtual ~Tail() = default;
};

// Counters and state of one connector, read by metrics and /readyz. Any thread; relaxed counters.
class ConnectorProbe {
 public:
  std::atomic<std::uint64_t> records_read{0};  // by tails and ranges together
  std::atomic<std::uint64_t> ranges_read{0};   // answered read() calls
  std::atomic<std::uint64_t> reconnects{0};    // connections made after the first
  std::atomic<std::uint64_t> errors{0};        // broker errors of any kind
  std::atomic<std::uint64_t> published{0};     // acknowledged
  std::atomic<std::uint64_t> publish_failures{0};
  std::atomic<std::uint64_t> tails{0};  // open now

  // `detail` is one sentence for people, without secrets: what is wrong and since when nothing
  // works. One that is up may have one too: what it waits for although the broker is there.
  void up(std::string detail = {}) { set(true, std::move(detail)); }
  void down(std::string detail) { set(false, std::move(detail)); }
  bool is_up() const { return up_.load(std::memory_order_relaxed); }
  std::string detail() const {
    const std::lock_guard lock(mutex_);
    return detail_;
  }

 private:
  void set(bool up, std::string detail) {
    const std::lock_guard lock(mutex_);
    up_.store(up, std::memory_order_relaxed);
    detail_ = std::move(detail);
  }
  std::atomic<bool> up_{false};
  mutable std::mutex mutex_;
  std::string detail_ = "not connected yet";
};

class Connector {
 public:
  template <class T>
  using Callback = std::function<void(Result<T>)>;

  virtual ~Connector() = default;

  virtual OffsetFormat format() const = 0;
  virtual const ConnectorProbe& probe() const = 0;

  // Who we are to the broker from now on, for connections made later; those that are up stay up.
  virtual void take_login(const std::string& username, const std::string& password) {
    static_cast<void>(username), static_cast<void>(password);
  }

  // Start-up thread; once each. start() does not wait for the broker. Once stop() has returned no
  // callback and no sink is called any more, and all threads are gone.
  virtual void start() = 0;
  virtual void stop() = 0;

  // What the broker holds now. A log that does not exist: Kafka waits until it does (saying so in
  // the probe's detail); Redis and embedded answer an empty extent, as the first record makes the
  // log.
  virtual void extent(std::string log, Callback<LogExtent> done) = 0;

  // For each partition the position before the first record whose timestamp is at or after `time`;
  // the end where there is none.
  virtual void locate(std::string log, Timestamp time, Callback<Position> done) = 0;

  // A position such that at most `count` records lie after it up to and including `end`, and
  // exactly `count` where offsets have no holes and the log is long enough.
  virtual void back(std::string log, Partition partition, Offset end, std::int64_t count,
                    Callback<Offset> done) = 0;

  // Reads a range: `deliver` is called zero or more times with its records in order, then `done`
  // once with the place up to which everything was delivered (> after, <= until; holes and markers
  // are passed). Errc::gone: records after `after` are no longer held, or the log is shorter than
  // `until` says. Both are called on one connector thread, one after the other.
  virtual void read(Range range, std::function<void(std::span<const Record>)> deliver,
                    Callback<Offset> done) = 0;

  // Reads everything after `from` for ever and hands it to `sink`, which outlives the Tail. `from`
  // has one entry for each partition that is known; others are new and start at their beginning.
  virtual std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) = 0;

  // Appends. Answers after the broker's acknowledgement, in at most publish_timeout:
  // Errc::unavailable (certainly not written), Errc::unconfirmed (maybe written), Errc::refused,
  // Errc::no_such_log.
  virtual void publish(std::string log, Message message, Callback<Published> done) = 0;
};

}  // namespace sidestream
