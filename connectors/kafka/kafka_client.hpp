#pragma once
// One librdkafka handle with its callbacks: errors and log lines go to ClientEvents, requests for
// metadata are counted.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "connectors/kafka/kafka_handles.hpp"
#include "connectors/kafka/kafka_properties.hpp"
#include "sidecar/base/error.hpp"

namespace sidestream::kafka {

// Called on librdkafka's threads and on those that serve a handle. Must be quick.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  // `text` is librdkafka's, without secrets.
  virtual void on_error(rd_kafka_resp_err_t code, const std::string& text) noexcept = 0;
  virtual void on_log(int syslog_level, const std::string& text) noexcept = 0;
  // A delivery report. Producers only.
  virtual void on_report(const rd_kafka_message_t& message) noexcept = 0;
  // A handle that can be used from now on, and one that goes now.
  virtual void on_open(rd_kafka_t* handle) noexcept = 0;
  virtual void on_close(rd_kafka_t* handle) noexcept = 0;
};

// While it lives, errors of a topic that its thread is told of while serving a queue go to it too:
// the text alone would not say whose queue it was.
class TopicErrors {
 public:
  TopicErrors();
  ~TopicErrors();
  TopicErrors(const TopicErrors&) = delete;
  TopicErrors& operator=(const TopicErrors&) = delete;

  // Whether the topic or one of its partitions was called unknown since the last ask.
  bool take_unknown() { return std::exchange(unknown_, false); }
  static void note(rd_kafka_resp_err_t code);

 private:
  bool unknown_ = false;
};

class KafkaClient {
 public:
  // Null with `reason` where librdkafka refuses the configuration. `events` outlives the client.
  static std::unique_ptr<KafkaClient> make(Role role, const Properties& properties,
                                           ClientEvents& events, std::string& reason);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* get() const { return handle_.get(); }
  TopicHandle topic(const std::string& name) const;
  // Serves callbacks for at most `wait`.
  void poll(int wait_ms) const { rd_kafka_poll(handle_.get(), wait_ms); }
  // How often this handle has asked for metadata: whenever it meets a topic or broker for the first
  // time, or after the broker has said that a partition isn't where it was.
  std::uint64_t metadata_requests() const {
    return metadata_requests_.load(std::memory_order_acquire);
  }
  // librdkafka's word for what ended an idempotent producer; empty while it is alive.
  std::string fatal() const;

 private:
  explicit KafkaClient(ClientEvents& events) : events_(events) {}
  static void set_callbacks(rd_kafka_conf_t* configuration, KafkaClient* self);

  ClientEvents& events_;
  std::atomic<std::uint64_t> metadata_requests_{0};
  Handle handle_;
};

}  // namespace sidestream::kafka
