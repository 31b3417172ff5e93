#pragma once
// Reads all partitions of a topic for ever, on one thread and through one librdkafka queue. Makes
// librdkafka's calls and the sink's, and decides nothing: TailFsm does (tail_fsm.hpp).
//
// Thread: constructor, start() and stop() any; the sink is called on the tail's own thread.
// Owns: thread, queue. Borrows: probe; sink until stop() has returned.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/examiner.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/kafka_log.hpp"
#include "connectors/kafka/message_batch.hpp"
#include "connectors/kafka/refill.hpp"
#include "connectors/kafka/refusal_report.hpp"
#include "connectors/kafka/tail_fsm.hpp"
#include "connectors/kafka/topic_table.hpp"

namespace sidestream::kafka {

class TailThread final {
 public:
  // Requires: nothing else reads the topic through `client`; `examiner` is this tail's own.
  TailThread(KafkaLog log, const RefusalReport& report, ConnectorProbe& probe,
             std::shared_ptr<TopicState> topic, std::shared_ptr<KafkaClient> client,
             std::shared_ptr<Examiner> examiner, const Position& from, TailSink& sink);
  ~TailThread();
  TailThread(const TailThread&) = delete;
  TailThread& operator=(const TailThread&) = delete;

  // Once.
  void start();
  // Afterwards the sink is not called, and no librdkafka object is held. Idempotent.
  void stop();

 private:
  void run();
  void take_outcomes();
  std::size_t consume();
  void request_refill();
  void take(const rd_kafka_message_t& message);
  void take_error(const rd_kafka_message_t& message);
  void note_read(Partition partition);
  void report_trouble();
  std::string trouble() const;
  void obey(const std::vector<Step>& steps);
  void obey(const Step& step, const rd_kafka_message_t* message = nullptr);
  void start_partition(Partition partition, std::int64_t offset);
  void stop_partition(Partition partition);
  void stop_all();
  void remember(const rd_kafka_message_t& message);
  void announce_reset();
  void flush();

  const KafkaLog log_;
  const RefusalReport report_;
  ConnectorProbe& probe_;
  const std::shared_ptr<TopicState> topic_;
  TailSink& sink_;
  std::atomic<bool> stopping_{false};
  std::mutex stop_mutex_;  // held until the thread has ended, so a second stop() waits
  std::thread thread_;
  // Released by stop().
  std::shared_ptr<KafkaClient> client_;
  const std::shared_ptr<Examiner> examiner_;
  QueueHandle queue_;
  TopicHandle handle_;

  // The tail's thread only.
  TailFsm fsm_;
  std::vector<bool> consuming_;  // by partition: started in librdkafka
  std::vector<rd_kafka_message_t*> messages_;
  Refill refill_;
  MessageBatch batch_;
  std::vector<const Record*> last_;          // of each partition in a batch
  std::map<Partition, std::string> errors_;  // of partitions that can't be read now
  std::string trouble_;                      // as reported, until `renew_at_`
  std::chrono::steady_clock::time_point renew_at_{};
};

}  // namespace sidestream::kafka
