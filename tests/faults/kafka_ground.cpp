#include <signal.h>

#include <stdexcept>

#include "tests/e2e/bench/kafka.hpp"
#include "tests/e2e/bench/source.hpp"
#include "tests/faults/ground.hpp"

namespace e2e::faults {
namespace {

// A broker that has just come back may refuse for a while.
template <class Action>
void insist(Action action) {
  std::string why;
  const bool done = eventually(
      [&] {
        try {
          action();
          return true;
        } catch (const std::runtime_error& error) {
          why = error.what();
          return false;
        }
      },
      30s * patience, 100ms);
  if (!done) throw std::runtime_error(why);
}

class KafkaGround : public NoSuchFaults {
 public:
  void new_log(int lanes) override {
    topic_ = unique_name("faults");
    producer_.reset();
    insist([&] { client().create_topic(topic_, lanes); });
    renew();
  }
  std::string connector() const override {
    return "{ kafka: { bootstrap.servers: \"" + broker_.bootstrap() + "\" } }";
  }
  std::string topic_keys() const override { return "topic: " + topic_; }

  std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                            std::size_t padding) override {
    std::vector<KafkaRecord> batch;
    for (const auto& record : records) batch.push_back({record.lane, to_text(record, padding)});
    std::vector<std::optional<Offset>> offsets;
    for (const auto offset : producer_->produce(topic_, batch)) offsets.push_back(Offset{offset});
    return offsets;
  }

  Process& broker() override { return broker_.process(); }
  void kill() override { broker_.stop(); }
  void start() override { broker_.start(); }
  void restore() override {
    broker().signal(SIGCONT);
    if (!broker().running()) start();
  }
  void trim(int lane, Offset first_kept) override {
    insist([&] { client().delete_records(topic_, lane, first_kept.major); });
  }
  void grow(int lanes) override {
    insist([&] {
      try {
        client().grow_topic(topic_, lanes);
      } catch (const std::runtime_error& error) {
        // The attempt before this one was answered too late.
        if (std::string(error.what()).find("already has") == std::string::npos) throw;
      }
    });
    renew();  // what it knows of partitions is of before
  }
  void recreate(int lanes) override {
    producer_.reset();
    insist([&] { client().delete_topic(topic_); });
    insist([&] { client().create_topic(topic_, lanes); });
    renew();
  }

 private:
  // Anew each time: one that has been without its broker waits before it tries again.
  KafkaClient client() const { return KafkaClient(broker_.bootstrap()); }
  void renew() {
    producer_ = std::make_unique<KafkaClient>(
        broker_.bootstrap(),
        KafkaClient::Properties{{"reconnect.backoff.max.ms", "200"}, {"retry.backoff.ms", "20"}});
  }

  KafkaBroker broker_;
  std::string topic_;
  std::unique_ptr<KafkaClient> producer_;
};

}  // namespace

std::unique_ptr<Ground> make_kafka_ground() { return std::make_unique<KafkaGround>(); }

}  // namespace e2e::faults
