#include "tests/integration/connectors/kafka_refusals/refusals_fixture.hpp"

#include <unistd.h>

#include <algorithm>

#include "connectors/kafka/kafka_connector.hpp"
#include "tests/integration/connectors/kafka_refusals/certificates.hpp"

namespace sidestream::test {

// ---- log lines ----

Logger Lines::logger() {
  return Logger(LogLevel::info, LogFormat::json, [state = state_](std::string_view line) {
    const std::lock_guard lock(state->mutex);
    state->lines.emplace_back(line);
  });
}

std::size_t Lines::count(std::initializer_list<std::string_view> texts) const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<std::size_t>(std::ranges::count_if(state_->lines, [&](const auto& line) {
    return std::ranges::all_of(texts, [&](auto text) { return line.find(text) != line.npos; });
  }));
}

std::string Lines::text() const {
  const std::lock_guard lock(state_->mutex);
  std::string all;
  for (const auto& line : state_->lines) all += line;
  return all;
}

// ---- brokers ----

Cluster& Cluster::get() {
  static Cluster cluster;
  return cluster;
}

Cluster::Cluster()
    : first_(std::make_unique<KafkaBroker>(properties("1", Certificates::get().valid()))) {
  first_->start();
  admin_ = std::make_unique<KafkaAdmin>(first_->address());
  acls_ = std::make_unique<KafkaAcls>(first_->address());
}

// Port 1: nothing listens there.
std::vector<std::string> Cluster::properties(const std::string& link_port,
                                             const std::string& pem) const {
  return {"+acls",
          "+sasl",
          "+link=" + link_port,
          "+tls=" + pem,
          "auto.leader.rebalance.enable=true",
          "leader.imbalance.check.interval.seconds=1"};
}

KafkaBroker& Cluster::second() {
  if (!second_) {
    second_ = std::make_unique<KafkaBroker>(
        std::vector<std::string>{"+acls", "node.id=2", "+joins=" + first_->controller_port()});
  }
  second_->start();
  return *second_;
}

void Cluster::restart_first(const std::string& link_port, const std::string& pem) {
  first_->kill();
  first_->configure(properties(link_port, pem));
  first_->start();
}

// ---- the connector ----

void KafkaRefusals::SetUp() {
  try {
    Cluster::get();
  } catch (const std::exception& error) {
    GTEST_SKIP() << error.what();
  }
}

void KafkaRefusals::TearDown() {
  if (connector_) connector_->stop();
  if (HasFailure()) std::printf("log:\n%s\n", lines_.text().substr(0, 4000).c_str());
}

Connector& KafkaRefusals::connect_with(std::map<std::string, std::string> properties) {
  if (connector_) connector_->stop();
  connector_ = make_kafka_connector("events", std::move(properties), lines_.logger());
  connector_->start();
  return *connector_;
}

Connector& KafkaRefusals::connect() {
  return connect_with({{"bootstrap.servers", cluster().first().address()}});
}

Connector& KafkaRefusals::connect_as_alice(const std::string& password) {
  return connect_with({{"bootstrap.servers", cluster().first().sasl_address()},
                       {"security.protocol", "sasl_plaintext"},
                       {"sasl.mechanisms", "PLAIN"},
                       {"sasl.username", "alice"},
                       {"sasl.password", password}});
}

// ---- topics and calls ----

std::string KafkaRefusals::unused_topic() {
  static int count = 0;
  return "refused-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

std::string KafkaRefusals::new_topic(const std::vector<std::vector<std::int32_t>>& replicas,
                                     const std::map<std::string, std::string>& configuration) {
  auto name = unused_topic();
  admin().place_topic(name, replicas, configuration);
  return name;
}

void KafkaRefusals::produce(const std::string& topic, int count, const std::string& prefix,
                            Partition partition) {
  std::vector<KafkaRecord> records;
  for (int i = 0; i < count; ++i) records.push_back({prefix + std::to_string(i)});
  admin().produce(topic, partition, records);
}

Result<LogExtent> KafkaRefusals::extent(const std::string& topic) {
  return ask<LogExtent>([&](auto done) { connector().extent(topic, done); });
}

PublishResult KafkaRefusals::publish(const std::string& topic, Message message) {
  return ask<Published>([&](auto done) { connector().publish(topic, std::move(message), done); });
}

Result<Offset> KafkaRefusals::read(const std::string& topic, std::int64_t last,
                                   Partition partition) {
  Range range{.log = topic, .partition = partition, .until = Offset::of(last)};
  return ask<Offset>([&](auto done) {
    connector().read(
        range, [](auto) {}, done);
  });
}

// ---- the policy ----

void KafkaRefusals::expect_refused(Activity activity, const std::string& topic,
                                   const std::string& reason) {
  const auto& probe = connector().probe();
  const auto start = std::string(name_of(activity)) + " of " + topic + " refused: ";
  EXPECT_TRUE(eventually([&] {
    const auto text = probe.detail();
    const auto begin = text.find(start);
    return begin != text.npos && text.find(reason, begin) != text.npos;
  })) << probe.detail();
  EXPECT_TRUE(probe.is_up());
  EXPECT_GE(probe.refusals.total(activity), 1u);
  // The probe changes a moment before the line is written.
  EXPECT_TRUE(eventually([&] {
    return lines().count({"request refused", name_of(activity), topic, reason}) == 1u;
  }));
}

void KafkaRefusals::expect_served(Activity activity, const std::string& topic) {
  expect_over(activity, topic);
  EXPECT_TRUE(eventually([&] {
    return lines().count({"request served again", name_of(activity), topic}) == 1U;
  }));
}

void KafkaRefusals::expect_over(Activity activity, const std::string& topic) {
  const auto& probe = connector().probe();
  EXPECT_TRUE(eventually([&] {
    return probe.detail().find(std::string(name_of(activity)) + " of " + topic) ==
           std::string::npos;
  })) << probe.detail();
}

}  // namespace sidestream::test
