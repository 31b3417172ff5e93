#pragma once
// What one Kafka broker and a cluster have in common: a topic and its producer.
//
// Thread, errors: as in broker_env.hpp.

#include <functional>

#include "tests/support/harness/kafka.hpp"
#include "tests/system/faults/broker_env.hpp"
#include "tests/system/faults/poster.hpp"

namespace e2e::faults {

class KafkaBrokerEnv : public NoSuchFaults {
 public:
  void new_log(const LogUse& use) override;
  std::string topic_keys() const override { return "topic: " + topic_; }
  std::string revocation_keys() const override { return "topic: " + revoked(); }
  std::string template_keys() const override { return "topic: 'rooms.{s}', publish: anyone"; }
  void attach(const Address& sidecar) override { poster_.attach(sidecar); }
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
  // A new one each time: a client that lost its broker waits before it connects again.
  KafkaClient client() const;
  const std::string& topic() const { return topic_; }
  std::string revoked() const { return topic_ + "-revoked"; }
  const LogUse& use() const { return use_; }

 private:
  void create(const std::string& topic, int lanes);
  void renew();

  LogUse use_;
  std::string topic_;
  std::unique_ptr<KafkaClient> producer_;
  Poster poster_;
};

}  // namespace e2e::faults
