// Publishes to a Kafka topic, to its partitions in turn.

#include <librdkafka/rdkafka.h>

#include <stdexcept>
#include <vector>

#include "tests/perf/bench/load/outlet.hpp"
#include "tests/perf/bench/load/stamp.hpp"

namespace bench {
namespace {

class KafkaOutlet final : public Outlet {
 public:
  explicit KafkaOutlet(const OutletOptions& options)
      : options_(options), sequences_(options.connections) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_dr_msg_cb(conf,
                                [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                  auto& outlet = *static_cast<KafkaOutlet*>(self);
                                  --outlet.waiting_;
                                  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++outlet.refused_;
                                });
    set(conf, "bootstrap.servers", options.bootstrap);
    set(conf, "linger.ms", "2");
    set(conf, "batch.num.messages", "10000");
    set(conf, "queue.buffering.max.messages", "500000");
    char error[256];
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (!handle_) throw std::runtime_error(error);
    topic_ = rd_kafka_topic_new(handle_, options.path.c_str(), nullptr);
  }
  ~KafkaOutlet() override {
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(handle_);
  }

  void put(std::int64_t due_ns) override {
    const auto partition = static_cast<std::int32_t>(turn_++ % sequences_.size());
    const auto index = static_cast<std::uint32_t>(partition);
    const std::size_t frame = options_.json ? 8 : 0;  // {"v":""}
    std::string data = event_data({index, sequences_[index]++, due_ns}, options_.size - frame);
    if (options_.json) data = "{\"v\":\"" + data + "\"}";
    while (rd_kafka_produce(topic_, partition, RD_KAFKA_MSG_F_COPY, data.data(), data.size(),
                            nullptr, 0, nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        throw std::runtime_error(rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(handle_, 10);
    }
    ++waiting_;
  }

  void flush() override { rd_kafka_poll(handle_, 0); }
  void serve(std::int64_t until_ns, int bell) override {
    rd_kafka_poll(handle_, 0);
    wait_until(std::min(until_ns, now_ns() + 10'000'000), bell);
  }
  std::uint64_t waiting() const override { return waiting_; }
  std::uint64_t refused() const override { return refused_; }

 private:
  static void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
    char error[256];
    if (rd_kafka_conf_set(conf, name, value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK)
      throw std::runtime_error(error);
  }

  const OutletOptions options_;
  rd_kafka_t* handle_;
  rd_kafka_topic_t* topic_;
  std::vector<std::uint32_t> sequences_;
  std::uint64_t turn_ = 0;
  std::uint64_t waiting_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace

std::unique_ptr<Outlet> make_kafka_outlet(const OutletOptions& options) {
  return std::make_unique<KafkaOutlet>(options);
}

}  // namespace bench
