#pragma once
// Reads all partitions of a topic for ever, on one thread and through one librdkafka queue.
//
// Nothing is delivered across a change of the log's life. librdkafka 2.0 goes on at the old
// position when a topic was deleted and recreated, longer than before; but on the way it must have
// asked for metadata, as the broker refused the record a fetch or hung up. So the last record of each
// partition is remembered, and where the handle has asked for metadata since, the partition is
// stopped and examined before anything more of it is delivered: that record must still be what it
// was, and the topic must have the id that it had, where ids are told (topic_id.hpp). A partition
// whose offset the broker refuses is examined too. What follows is judge()'s decision
// (verdict.hpp).
//
// Thread: constructor and stop() any; the sink is called on the tail's own thread. Examinations are
// jobs of the workers and come back through a mailbox, so that a partition without leader keeps
// only itself. Borrows: context; sink until stop() has returned. Shared with its jobs.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "connectors/backoff.hpp"
#include "connectors/connector.hpp"
#include "connectors/kafka/context.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/record_batch.hpp"
#include "connectors/kafka/refill.hpp"
#include "connectors/kafka/verdict.hpp"

namespace sidestream::kafka {

class KafkaTail final : public std::enable_shared_from_this<KafkaTail> {
 public:
  // Nobody else reads `log` through `client`.
  KafkaTail(Context& context, std::shared_ptr<KafkaClient> client, const std::string& log,
            const Position& from, TailSink& sink);
  ~KafkaTail();
  KafkaTail(const KafkaTail&) = delete;
  KafkaTail& operator=(const KafkaTail&) = delete;

  void start();
  // Afterwards the sink is not called, and nothing of librdkafka is held. Idempotent.
  void stop();

 private:
  enum class State { reading, checking };
  struct Reader {  // of one partition
    State state = State::checking;
    std::int64_t next = 0;
    std::int64_t known_start = 0;
    bool at_end = false;
    std::optional<Fingerprint> mark;  // the last record
    std::uint64_t mark_requests = 0;  // metadata requests when it was known to be right
    bool vanished = false;            // the topic was gone since the last examination
    bool damaged = false;             // librdkafka has dropped something unreadable
    std::uint32_t generation = 0;     // of the examination that is awaited
  };
  struct Examination {  // a job, and then its outcome
    Partition partition = 0;
    std::uint32_t generation = 0;
    std::optional<Fingerprint> mark;
    std::uint64_t mark_requests = 0;  // before the mark was compared
    Evidence evidence;
    bool exact = true;
    bool refresh = false;           // the tail's own handle doesn't know the partition yet
    std::optional<std::string> id;  // of the topic, as it was found
    bool confirmed = false;  // that the log ends before `next`, or has another id, was seen twice
    Backoff backoff{std::chrono::milliseconds(50), std::chrono::milliseconds(1000)};
  };
  struct NewLife {  // of the whole log: a job, and then its outcome
    std::uint32_t generation = 0;
    std::optional<std::string> id;  // of the topic, where it is certain that it is the new one's
    std::vector<std::int64_t> starts;
    int attempts = 0;
  };
  using Outcome = std::variant<Examination, NewLife>;

  void run();
  void watch_topic();
  void take_outcomes();
  std::size_t consume();
  void ask_refill();
  void take(const rd_kafka_message_t& message);
  void take_record(Reader& reader, const rd_kafka_message_t& message);
  void take_end(Reader& reader, const rd_kafka_message_t& message);
  void take_error(Reader& reader, const rd_kafka_message_t& message);
  bool trusted(const Reader& reader) const;
  void note_hole(Reader& reader, Partition partition, std::int64_t offset);
  void flush();

  void begin(Partition partition, std::int64_t offset);
  void examine(Partition partition, bool refresh = false);
  void conclude(const Examination& outcome);
  void begin_new_life(std::optional<std::string> id);
  void conclude(const NewLife& outcome);

  // Jobs, on worker threads.
  void run_examination(std::shared_ptr<Examination> job);
  std::optional<bool> same_topic(const std::optional<std::string>& id);
  void compare_mark(std::shared_ptr<Examination> job);
  void run_new_life(std::shared_ptr<NewLife> job);
  void again(std::shared_ptr<Examination> job, std::chrono::milliseconds delay);
  void again(std::shared_ptr<NewLife> job, std::chrono::milliseconds delay);
  void post(Outcome outcome);
  std::shared_ptr<KafkaClient> client();  // null once stopped

  Context& context_;
  std::shared_ptr<Topic> topic_;
  TailSink& sink_;
  std::atomic<bool> stopping_{false};
  std::mutex stop_mutex_;  // held until the thread has ended: whoever stops it waits
  std::thread thread_;

  std::mutex mutex_;  // guards what follows, up to the blank line
  std::vector<Outcome> outcomes_;
  std::optional<std::string> id_;  // of the topic that is read, as soon as it is known
  QueueHandle queue_;  // made and released under the mutex; the tail's thread reads it without
  std::shared_ptr<KafkaClient> client_;

  // The tail's thread only.
  TopicHandle handle_;
  std::vector<Reader> readers_;
  std::vector<rd_kafka_message_t*> messages_;
  Refill refill_;
  RecordBatch batch_;
  std::vector<const Record*> last_;  // of each partition in a batch
  std::uint64_t requests_ = 0;       // the client's metadata requests after the messages were taken
  std::uint32_t vanished_ = 0;       // the topic's count that was acted upon
  std::uint32_t generation_ = 0;
  bool new_life_ = false;  // everything waits for the new life's beginnings
};

}  // namespace sidestream::kafka
