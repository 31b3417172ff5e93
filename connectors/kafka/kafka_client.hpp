#pragma once
// One librdkafka handle with its callbacks: errors and log lines go to ClientEvents, metadata
// requests are counted.
//
// Thread: any. Owns: the handle. Borrows: events.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "connectors/kafka/kafka_handles.hpp"
#include "connectors/kafka/kafka_properties.hpp"
#include "sidecar/base/error.hpp"

namespace sidestream::kafka {

// Called on librdkafka's threads and on threads that serve a handle. Must be quick.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  // `text` comes from librdkafka and has no secrets.
  virtual void on_error(rd_kafka_resp_err_t code, const std::string& text) noexcept = 0;
  virtual void on_log(int syslog_level, const std::string& text) noexcept = 0;
  // A broker has answered a request other than a handshake. Thread: librdkafka's, of the broker.
  virtual void on_answer(std::int32_t broker) noexcept = 0;
  // The broker delays this client's requests: it exceeds a quota.
  virtual void on_throttle(std::int32_t broker, int ms) noexcept = 0;
  // A delivery report. Producers only.
  virtual void on_report(const rd_kafka_message_t& message) noexcept = 0;
  // A handle can be used from now on; a handle is about to be destroyed.
  virtual void on_open(rd_kafka_t* handle) noexcept = 0;
  virtual void on_close(rd_kafka_t* handle) noexcept = 0;
};

// While an object exists, it also receives the topic errors that its thread meets while serving a
// queue: the error text does not say which queue it belongs to. At most one per thread.
class TopicErrors {
 public:
  TopicErrors();
  ~TopicErrors();
  TopicErrors(const TopicErrors&) = delete;
  TopicErrors& operator=(const TopicErrors&) = delete;

  // Whether the topic or one of its partitions was reported unknown since the last call.
  bool take_unknown() { return std::exchange(unknown_, false); }
  static void note(rd_kafka_resp_err_t code);

 private:
  bool unknown_ = false;
};

class KafkaClient {
 public:
  // Null, with `reason`, if librdkafka refuses the configuration. `events` outlives the client.
  static std::unique_ptr<KafkaClient> make(Role role, const Properties& properties,
                                           ClientEvents& events, std::string& reason);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* get() const { return handle_.get(); }
  TopicHandle topic(const std::string& name) const;
  // Serves callbacks for at most `wait`.
  void poll(int wait_ms) const { rd_kafka_poll(handle_.get(), wait_ms); }
  // How many metadata requests this handle has sent. It sends one when it meets a topic or broker
  // for the first time, and after a broker has refused a partition.
  std::uint64_t metadata_requests() const {
    return metadata_requests_.load(std::memory_order_acquire);
  }
  // The fatal error of an idempotent producer; RD_KAFKA_RESP_ERR_NO_ERROR if there is none.
  struct Fatal {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string text;
  };
  Fatal fatal_error() const;

 private:
  explicit KafkaClient(ClientEvents& events) : events_(events) {}
  static void set_callbacks(rd_kafka_conf_t* config, KafkaClient* self);

  ClientEvents& events_;
  std::atomic<std::uint64_t> metadata_requests_{0};
  Handle handle_;
};

}  // namespace sidestream::kafka
