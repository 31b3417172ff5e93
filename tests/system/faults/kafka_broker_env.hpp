#pragma once
// What one Kafka broker and a cluster have in common: a topic and its producer.
//
// Thread, errors: as in broker_env.hpp.

#include <functional>

#include "tests/support/harness/kafka.hpp"
#include "tests/system/faults/broker_env.hpp"

namespace e2e::faults {

class KafkaBrokerEnv : public NoSuchFaults {
 public:
  void new_log(int lanes) override;
  std::string connector(bool by_link) const override;
  std::string topic_keys() const override { return "topic: " + topic_; }
  std::vector<std::optional<Offset>> append(const std::vector<Record>& records,
                                            std::size_t padding) override;
  void trim(int lane, Offset first_kept) override;
  void grow(int lanes) override;
  void recreate(int lanes) override;

 protected:
  // Retries: a broker that has just restarted may refuse for a while.
  static void insist(const std::function<void()>& action);
  // The same; `done` is in the error that says that nothing is left to be done.
  static void insist_unless(const std::string& done, const std::function<void()>& action);
  virtual std::string bootstrap() const = 0;
  // The address for sidecars.
  virtual std::string address(bool /*by_link*/) const { return bootstrap(); }
  // A new one each time: a client that lost its broker waits before it connects again.
  KafkaClient client() const;
  const std::string& topic() const { return topic_; }

 private:
  void create(int lanes);
  void renew();

  std::string topic_;
  std::unique_ptr<KafkaClient> producer_;
};

}  // namespace e2e::faults
