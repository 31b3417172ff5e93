#pragma once
// Keeps the probe and the table of topics true: asks for metadata every few seconds, and at once
// where librdkafka reports trouble. Serves the handles' callbacks meanwhile.
//
// Thread: its own, from start() to stop(). Borrows: context and client; the functions given to the
// constructor are called on its thread.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "connectors/kafka/context.hpp"
#include "connectors/kafka/kafka_client.hpp"

namespace sidestream::kafka {

class KafkaMonitor {
 public:
  using Clock = std::chrono::steady_clock;

  // `serve` polls the other handles; it must not block.
  KafkaMonitor(Context& context, const KafkaClient& client, std::function<void()> serve);
  ~KafkaMonitor();
  KafkaMonitor(const KafkaMonitor&) = delete;
  KafkaMonitor& operator=(const KafkaMonitor&) = delete;

  // Idempotent.
  void stop();
  // Any thread: librdkafka's word for what is wrong.
  void trouble(rd_kafka_resp_err_t code, const std::string& text);

 private:
  void run();
  void look();
  rd_kafka_resp_err_t ask(std::chrono::milliseconds limit);
  void keep_handles();
  void set_up();
  void set_down(const std::string& why);
  std::string waiting_for() const;

  Context& context_;
  const KafkaClient& client_;
  std::function<void()> serve_;
  std::map<std::string, TopicHandle> handles_;  // makes the topics known to the client
  bool was_up_ = false;
  std::string since_;  // when the broker was lost
  Clock::time_point log_again_;
  Clock::time_point last_success_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  bool troubled_ = false;
  bool all_down_ = false;
  std::string reason_;  // the latest trouble
  std::thread thread_;
};

}  // namespace sidestream::kafka
