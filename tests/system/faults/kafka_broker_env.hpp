#pragma once
// What is the same for one Kafka broker and for several: a topic, and a producer of it.
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
  // A broker that has just come back may refuse for a while.
  static void insist(const std::function<void()>& action);
  // The same; `done` is in the error that says that nothing is left to be done.
  static void insist_unless(const std::string& done, const std::function<void()>& action);
  virtual std::string bootstrap() const = 0;
  // What sidecars are told.
  virtual std::string address(bool /*by_link*/) const { return bootstrap(); }
  // Anew each time: one that has been without its broker waits before it tries again.
  KafkaClient client() const;
  const std::string& topic() const { return topic_; }

 private:
  void create(int lanes);
  void renew();

  std::string topic_;
  std::unique_ptr<KafkaClient> producer_;
};

}  // namespace e2e::faults
