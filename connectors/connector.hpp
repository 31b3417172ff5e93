#pragma once
// The contract between a broker and the stream layer. A connector knows one broker and nothing of
// HTTP, SSE or subscribers. There are three: kafka, redis, embedded.
//
// A *log* is a topic (Kafka), a stream (Redis) or a log (embedded). Every call takes its name.
//
// Threads: every function of Connector may be called from any thread and returns at once, without
// I/O. Callbacks and sinks run on the connector's own threads, or within publish() where that
// writes to memory. They must be quick, must not throw and may call the connector again. A Tail
// must not be destroyed by its own sink.
//
// While the broker is unreachable, extent, locate, back, read and newest wait: the connector
// reconnects forever with jittered back-off (backoff.hpp) and answers after that. publish never
// waits longer than publish_timeout. stop() completes all open calls with Errc::stopped.
//
// A broker may also answer and refuse (no permission, wrong type, no leader). extent, locate, back,
// read and newest then answer Errc::refused or Errc::unavailable. That is temporary: the caller
// asks again with back-off as long as a reader waits. A tail asks again by itself.
// connectors/README.md has the whole policy.

#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector_probe.hpp"
#include "connectors/record.hpp"
#include "sidecar/base/error.hpp"

namespace sidestream {

inline constexpr std::chrono::seconds publish_timeout{5};

// What the broker holds of one partition.
struct Extent {
  Offset floor;  // a reader at or after this position has lost nothing to retention
  Offset first;  // the oldest record held; `last.next()` if there is none
  Offset last;   // the newest offset, where a `live` reader starts. Kafka: the stable end - 1
};

// What the broker holds of one log. Always queried, never cached.
struct LogExtent {
  std::vector<Extent> partitions;  // by partition number
  // Partitions without a known extent (no leader). Their Extent is {-1, 0, -1}.
  std::vector<Partition> unknown;
  bool dense = true;  // offsets count records: `first - position - 1` records were lost
  bool exact = true;  // false: that number is an upper bound (compaction, transaction markers)
  // Positions below origin.previous() are of an older generation of the log; the number of records
  // lost since then is unknown. Redis: such a position can lie above the floor (the floor is then
  // the beginning, 0-0), and the reader gets a reset all the same.
  Offset origin{-1};
};

// Records of `partition` after `position` were removed before the tail could read them.
struct Loss {
  Partition partition = 0;
  Offset position;
  Offset resumed;                    // the first record still held
  std::optional<std::int64_t> lost;  // absent: unknown
  bool exact = true;                 // false: `lost` is an upper bound
};

// The records of one partition after `after`, up to and including `until`.
struct Range {
  std::string log;
  Partition partition = 0;
  Offset after;
  Offset until;
  std::size_t max_records = 2048;
  std::size_t max_bytes = 256 * 1024;  // values and keys; the record that exceeds it is the last
  // Receives records of the range that the broker holds but that cannot be read (a corrupt batch),
  // between the records before and after them. May be empty.
  std::function<void(const Loss&)> on_loss{};
};

// Asks for the newest record of a log with one partition.
struct NewestQuery {
  std::string log;
  Offset floor;                     // of an extent: nothing is held at or before it
  Offset until;                     // the end of that extent: newer records don't count
  bool value = false;               // without it the value may be left out, and differ
  std::vector<std::string> fields;  // Redis: of the entry, that are read without `value`
};

// The record that a publish appends.
struct Message {
  std::string value;
  std::optional<std::string> key;
  std::string event;         // empty: none
  std::string event_header;  // Kafka: the record header that carries `event`
  std::string key_field{};   // Redis: the entry's field that is the key; empty: `key`
  std::uint64_t keep = 0;    // Redis: the newest entries left by this one, about; 0: all
  // Further ones. Redis: fields of the entry; Kafka: headers; embedded: headers of the envelope.
  using Fields = std::vector<std::pair<std::string, std::string>>;
  Fields fields{};
  // The record is appended unless one of that name was, within a time. Redis and embedded see to it
  // for all processes, Kafka within this one only.
  struct Once {
    std::string name;     // any bytes; of all logs of the broker
    std::string content;  // a digest: another one under the same name is Errc::conflict
    std::chrono::seconds time{0};
  };
  std::optional<Once> once{};
};

struct Published {
  Partition partition = 0;
  Offset offset;
  int partitions = 1;  // of the log
  bool is_new = true;  // false: `once` had appended it before
};

// Why a record was not appended, or perhaps not.
struct PublishError {
  boost::system::error_code code;  // as listed at Connector::publish
  std::string reason;              // the broker's own words; empty if there are none

  PublishError() = default;
  PublishError(boost::system::error_code why) : code(why) {}
  PublishError(Errc why, std::string text = {})
      : code(make_error_code(why)), reason(std::move(text)) {}
  std::string message() const { return code.message() + (reason.empty() ? "" : ": " + reason); }
  friend bool operator==(const PublishError& error, Errc wanted) {
    return error.code == make_error_code(wanted);
  }
};
// For Result::value(). Throws.
[[noreturn]] inline void throw_exception_from_error(const PublishError& error,
                                                    const boost::source_location&) {
  throw boost::system::system_error(error.code, error.reason);
}
using PublishResult = boost::system::result<Published, PublishError>;

// Receives what a tail reads. Thread: a connector's, or a publisher's within publish(); calls for
// one tail never overlap.
class TailSink {
 public:
  virtual ~TailSink() = default;
  // Records, in the order of each partition. Must not block or throw. Views are valid during the
  // call.
  virtual void deliver(std::span<const Record> records) noexcept = 0;
  // No record lies between the last one delivered and `through` (markers, aborted records).
  virtual void pass(Partition partition, Offset through) noexcept = 0;
  // Records were removed before they could be read. Reading continues at loss.resumed.
  virtual void lose(const Loss& loss) noexcept = 0;
  // The log was deleted, recreated or set back, so earlier offsets mean nothing now. Reading
  // continues after `position`, the beginning of the new generation. `reason` is one short word for
  // the client, "recreated" or "set_back".
  virtual void reset(std::string_view reason, const Position& position) noexcept = 0;
  // The log has more partitions. The new ones are read from their beginning (after offset -1).
  virtual void grow(int partitions) noexcept = 0;
};

// An open tail. The destructor closes it: once it returns, the sink is not called again.
class Tail {
 public:
  virtual ~Tail() = default;
};

class Connector {
 public:
  template <class T>
  using Callback = std::function<void(Result<T>)>;
  using PublishCallback = std::function<void(PublishResult)>;
  // Null: there is no record. The record is valid during the call.
  using NewestCallback = std::function<void(Result<const Record*>)>;

  virtual ~Connector() = default;

  virtual OffsetFormat format() const = 0;
  virtual const ConnectorProbe& probe() const = 0;

  // Sets the credentials of future connections. Existing connections stay up.
  virtual void take_login(const std::string& username, const std::string& password) {
    static_cast<void>(username), static_cast<void>(password);
  }

  // Thread: start-up; once each. start() does not wait for the broker. Once stop() returns, no
  // callback or sink is called again and all threads have ended.
  virtual void start() = 0;
  virtual void stop() = 0;

  // What the broker holds now. If the log does not exist, Kafka answers Errc::no_such_log, which is
  // temporary too; Redis and embedded answer an empty extent, because the first record creates the
  // log.
  virtual void extent(std::string log, Callback<LogExtent> done) = 0;

  // For each partition, the position before the first record whose timestamp is at or after `time`;
  // the end if there is none.
  virtual void locate(std::string log, Timestamp time, Callback<Position> done) = 0;

  // A position with at most `count` records after it, up to and including `end`; exactly `count` if
  // offsets have no holes and the log is long enough.
  virtual void back(std::string log, Partition partition, Offset end, std::int64_t count,
                    Callback<Offset> done) = 0;

  // Reads a range. `deliver` is called zero or more times with records in order, then `done` once
  // with the offset up to which everything was delivered (> after, <= until; holes and markers
  // count as delivered). Errc::gone: records after `after` are no longer held, or the log ends
  // before `until`. Both callbacks run on one connector thread, one after the other.
  virtual void read(Range range, std::function<void(std::span<const Record>)> deliver,
                    Callback<Offset> done) = 0;

  // Reads the newest record, and of it as little as the broker allows.
  virtual void newest(NewestQuery query, NewestCallback done) = 0;

  // Reads everything after `from`, forever, and passes it to `sink`, which outlives the Tail.
  // `from` has one entry for each known partition. Other partitions are new and start at their
  // beginning.
  virtual std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) = 0;

  // Appends a record. Answers after the broker's acknowledgement, within publish_timeout. Errors:
  // Errc::unavailable (not written), Errc::unconfirmed (possibly written), Errc::refused,
  // Errc::no_such_log, Errc::conflict (see Message::once).
  virtual void publish(std::string log, Message message, PublishCallback done) = 0;
};

}  // namespace sidestream
