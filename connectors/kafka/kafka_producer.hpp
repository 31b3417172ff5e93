#pragma once
// Appends: one idempotent librdkafka producer and the thread that serves it, both made by the first
// publish. Each message is answered once, in at most publish_timeout. Messages go out in the order
// of their calls, within a topic.
//
// Thread: any; answers come on the producer's thread. Borrows: context.

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
#include "connectors/kafka/context.hpp"
#include "connectors/kafka/kafka_client.hpp"

namespace sidestream::kafka {

class KafkaProducer {
 public:
  using Done = Connector::Callback<Published>;
  using Clock = std::chrono::steady_clock;
  using MakeClient = std::function<std::unique_ptr<KafkaClient>()>;  // may return null

  KafkaProducer(Context& context, MakeClient make_client);
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  void publish(const std::string& log, Message message, Done done);
  // From the client's events: on the producer's thread.
  void on_report(const rd_kafka_message_t& report);
  // Waits a moment for what is on its way, then answers the rest with Errc::stopped. Idempotent.
  void stop();

 private:
  struct Pending {
    std::shared_ptr<Topic> topic;
    Message message;
    Done done;  // empty once answered
    Clock::time_point deadline;
    std::list<Pending>::iterator self;
  };
  using Pendings = std::list<Pending>;
  struct Finding {  // whether a topic is there
    std::string topic;
    std::optional<Errc> error;
    bool again = false;  // it couldn't be asked
  };

  void run();
  void take_inbox();
  void take(const Finding& finding);
  void find(const std::string& topic, std::chrono::milliseconds delay);
  void send(Pendings& pendings, Pendings::iterator which);
  void answer(Pending& pending, Result<Published> result);
  void answer_overdue();
  bool have_client();
  void refuse_inbox();
  void replace_if_fatal();
  void end();
  void wake();  // under mutex_

  Context& context_;
  MakeClient make_client_;

  std::mutex mutex_;  // guards what follows, up to the blank line
  Pendings inbox_;
  std::vector<Finding> findings_;
  std::thread thread_;
  QueueHandle wake_;                 // the client's queue, which the thread sleeps on
  std::condition_variable changed_;  // sleeps on this while there is no client
  bool stopping_ = false;

  // The producer's thread only.
  std::unique_ptr<KafkaClient> client_;
  std::map<std::string, Pendings> waiting_;  // for their topic to be found
  Pendings open_;                            // handed to librdkafka, not reported yet
};

}  // namespace sidestream::kafka
