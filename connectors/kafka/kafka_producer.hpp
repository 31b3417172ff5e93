#pragma once
// Publishes through one idempotent librdkafka producer. The first publish creates it and the thread
// that serves it. Each message is answered once, within publish_timeout. Messages of a topic are
// sent in the order of the calls.
//
// Thread: any; answers come on the producer's thread. Owns: producer, thread. Borrows: everything
// given by reference, which outlives the workers' threads.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/kafka_log.hpp"
#include "connectors/kafka/queries.hpp"
#include "connectors/kafka/refusal_report.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class KafkaProducer {
 public:
  using Done = Connector::PublishCallback;
  using Clock = std::chrono::steady_clock;
  using MakeClient = std::function<std::unique_ptr<KafkaClient>()>;  // may return null

  KafkaProducer(KafkaLog log, const RefusalReport& report, ConnectorProbe& probe, Workers& workers,
                const Queries& queries, TopicTable& topics, MakeClient make_client);
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  void publish(const std::string& log, Message message, Done done);
  // A delivery report. Thread: the producer's.
  void on_report(const rd_kafka_message_t& report);
  // Waits briefly for open reports, then answers the rest with Errc::stopped. Idempotent.
  void stop();

 private:
  struct Pending {
    std::shared_ptr<TopicState> topic;
    Message message;
    Done done;  // empty once answered
    Clock::time_point deadline;
    std::list<Pending>::iterator self;
  };
  using Pendings = std::list<Pending>;
  struct TopicLookup {  // whether a topic exists: the outcome
    std::string topic;
    std::optional<Errc> error;
    bool retry = false;  // no answer
    std::string reason{};
  };

  void run();
  void take_inbox();
  void take(const TopicLookup& lookup);
  void look_up(const std::string& topic, std::chrono::milliseconds delay);
  void send(Pendings& pendings, Pendings::iterator which);
  void answer(Pending& pending, PublishResult result);
  void answer_overdue();
  PublishError failure(const rd_kafka_message_t& report) const;
  std::string reason_of_delay(const TopicState& topic) const;
  bool have_client();
  void replace_if_fatal();
  void end();
  void wake();  // under mutex_

  const KafkaLog log_;
  const RefusalReport& report_;
  ConnectorProbe& probe_;
  Workers& workers_;
  const Queries& queries_;
  TopicTable& topics_;
  MakeClient make_client_;

  std::mutex mutex_;  // guards what follows, up to the blank line
  Pendings inbox_;
  std::vector<TopicLookup> lookups_;
  std::thread thread_;
  QueueHandle wake_;                 // the client's queue, which the thread waits on
  std::condition_variable changed_;  // waited on while there is no client
  bool stopping_ = false;

  // The producer's thread only.
  std::unique_ptr<KafkaClient> client_;
  std::map<std::string, Pendings> waiting_;  // by topic, until its lookup is answered
  Pendings open_;                            // given to librdkafka, not reported yet
  bool ending_ = false;
  PublishError fatal_{};          // why there is no client, until `retry_at_`
  Clock::time_point retry_at_{};  // when the next client may be created
};

}  // namespace sidestream::kafka
