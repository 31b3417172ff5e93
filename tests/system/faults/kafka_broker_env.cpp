#include "tests/system/faults/kafka_broker_env.hpp"

#include <signal.h>

#include <stdexcept>

#include "tests/support/harness/source.hpp"
#include "tests/support/kafka/kafka_acls.hpp"

namespace e2e::faults {
namespace {

// So that a frozen broker is given up soon, and a leader that has moved is found. One request at a
// time, because a second one may overtake the first where both go to another leader.
const KafkaClient::Properties hasty{{"reconnect.backoff.max.ms", "200"},
                                    {"retry.backoff.ms", "20"},
                                    {"socket.timeout.ms", std::to_string(2000 * patience)},
                                    {"max.in.flight.requests.per.connection", "1"},
                                    {"topic.metadata.refresh.interval.ms", "500"}};

// Without a link the sidecars sign in as alice, who may do what the ACLs say.
class OneBroker : public KafkaBrokerEnv {
 public:
  OneBroker() { link_.lead_to(broker_.link_address()); }

  void new_log(const LogUse& use) override {
    KafkaBrokerEnv::new_log(use);
    grant();
  }
  std::string connector() const override {
    if (use().by_link)
      return "{ kafka: { bootstrap.servers: \"" + link_.address().text() + "\" } }";
    return "{ kafka: { bootstrap.servers: \"" + broker_.sasl_address().text() +
           "\", security.protocol: sasl_plaintext, sasl.mechanisms: PLAIN, sasl.username: alice, "
           "sasl.password: secret } }";
  }
  void refuse(Refusal what) override {
    insist([&] { acls().deny(topic(), denied(what)); });
  }
  void grant() override {
    insist([&] {
      acls().clear(topic());
      acls().allow(topic(), RD_KAFKA_ACL_OPERATION_READ);
      acls().allow(topic(), RD_KAFKA_ACL_OPERATION_WRITE);
      acls().allow(revoked(), RD_KAFKA_ACL_OPERATION_READ);
      acls().allow(revoked(), RD_KAFKA_ACL_OPERATION_WRITE);
    });
  }
  Link& link() override { return link_; }
  void kill() override { broker_.stop(); }
  void start() override { broker_.start(); }
  void freeze() override { broker_.process().signal(SIGSTOP); }
  void thaw() override { broker_.process().signal(SIGCONT); }
  void restore() override {
    thaw();
    link_.go_on();
    if (!broker_.process().running()) start();
    grant();
  }

 private:
  std::string bootstrap() const override { return broker_.bootstrap(); }

  static rd_kafka_AclOperation_t denied(Refusal what) {
    if (what == Refusal::ends) return RD_KAFKA_ACL_OPERATION_DESCRIBE;
    return what == Refusal::writes ? RD_KAFKA_ACL_OPERATION_WRITE : RD_KAFKA_ACL_OPERATION_READ;
  }
  // A new one each time, as client().
  sidestream::test::KafkaAcls acls() const { return sidestream::test::KafkaAcls(bootstrap()); }

  Link link_;
  KafkaBroker broker_{{"+acls", "+sasl", "+link=" + std::to_string(link_.address().port)}};
};

}  // namespace

void KafkaBrokerEnv::insist(const std::function<void()>& action) {
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

// Nobody else makes or deletes topics: what is done already was done by an attempt of ours whose
// answer was lost or late.
void KafkaBrokerEnv::insist_unless(const std::string& done, const std::function<void()>& action) {
  insist([&] {
    try {
      action();
    } catch (const std::runtime_error& error) {
      if (std::string(error.what()).find(done) == std::string::npos) throw;
    }
  });
}

void KafkaBrokerEnv::create(const std::string& topic, int lanes) {
  insist_unless("already exists", [&] { client().create_topic(topic, lanes); });
  renew();
}

void KafkaBrokerEnv::new_log(const LogUse& use) {
  use_ = use;
  topic_ = unique_name("faults");
  producer_.reset();
  create(topic_, use.lanes);
  create(revoked(), 1);
}

std::vector<std::optional<Offset>> KafkaBrokerEnv::append(const std::vector<Record>& records,
                                                          std::size_t padding) {
  if (use_.by_post) return poster_.append(records, padding);
  std::vector<KafkaRecord> batch;
  for (const auto& record : records)
    batch.push_back({record.lane, to_text(record, padding), name_of_person(record)});
  std::vector<std::optional<Offset>> offsets;
  bool all = true;
  for (const auto offset : producer_->try_to_produce(topic_, batch)) {
    offsets.push_back(offset ? std::optional(Offset{*offset}) : std::nullopt);
    all = all && offset;
  }
  // What failed for good has made its numbering useless: it waits for what never comes.
  if (!all) renew();
  return offsets;
}

void KafkaBrokerEnv::trim(int lane, Offset first_kept) {
  insist([&] { client().delete_records(topic_, lane, first_kept.major); });
}

void KafkaBrokerEnv::grow(int lanes) {
  insist_unless("already has", [&] { client().grow_topic(topic_, lanes); });
  renew();  // what it knows of partitions is of before
}

void KafkaBrokerEnv::recreate(int lanes) {
  producer_.reset();
  insist_unless("Unknown topic", [&] { client().delete_topic(topic_); });
  create(topic_, lanes);
}

KafkaClient KafkaBrokerEnv::client() const { return KafkaClient(bootstrap(), hasty); }

void KafkaBrokerEnv::renew() { producer_ = std::make_unique<KafkaClient>(bootstrap(), hasty); }

std::unique_ptr<BrokerEnv> make_kafka_broker_env() { return std::make_unique<OneBroker>(); }

}  // namespace e2e::faults
