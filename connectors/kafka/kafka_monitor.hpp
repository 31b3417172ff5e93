#pragma once
// Keeps the probe and the topic table up to date: requests metadata every few seconds, and at once
// after an error of librdkafka. Finds out whether the brokers can be reached at the addresses that
// they advertise. Also serves the callbacks of all clients.
//
// Thread: its own, from the constructor to stop(); `serve` is called on it. Borrows: everything
// given by reference.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "connectors/connector.hpp"
#include "connectors/kafka/broker_links.hpp"
#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/kafka_log.hpp"
#include "connectors/kafka/topic_table.hpp"
#include "connectors/kafka/workers.hpp"

namespace sidestream::kafka {

class KafkaMonitor {
 public:
  using Clock = std::chrono::steady_clock;

  // `serve` polls the other clients; it must not block.
  KafkaMonitor(KafkaLog log, ConnectorProbe& probe, Workers& workers, TopicTable& topics,
               BrokerLinks& links, const KafkaClient& client, std::function<void()> serve);
  ~KafkaMonitor();
  KafkaMonitor(const KafkaMonitor&) = delete;
  KafkaMonitor& operator=(const KafkaMonitor&) = delete;

  // Idempotent.
  void stop();
  // An error that librdkafka has reported. Thread: any.
  void note_error(rd_kafka_resp_err_t code, const std::string& text);
  // The broker delays requests by `ms`; 0: no longer. Thread: any.
  void note_throttle(std::int32_t broker, int ms);

 private:
  void run();
  void check();
  rd_kafka_resp_err_t update_topics(std::chrono::milliseconds limit);
  void keep_handles();
  void set_up();
  void set_down(const std::string& summary, const std::string& why);
  void call_doubtful_brokers();
  void log_links();
  std::string throttle_text();

  const KafkaLog log_;
  ConnectorProbe& probe_;
  Workers& workers_;
  TopicTable& topics_;
  BrokerLinks& links_;
  const KafkaClient& client_;
  std::function<void()> serve_;
  std::map<std::string, TopicHandle> handles_;  // register the topics with the client
  bool was_up_ = false;
  QueueHandle calls_;  // answers of call_doubtful_brokers(), which nobody reads
  bool cause_logged_ = false;
  std::string since_;  // when the connection was lost
  Clock::time_point log_again_;
  Clock::time_point last_success_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  bool failed_ = false;
  bool all_down_ = false;
  std::string reason_;                // the latest error
  int throttle_ms_ = 0;               // of the latest request that was reported
  Clock::time_point throttled_at_{};  // the latest delay
  std::thread thread_;
};

}  // namespace sidestream::kafka
