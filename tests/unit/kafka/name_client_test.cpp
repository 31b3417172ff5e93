#include "connectors/kafka/name_client.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sidestream::kafka {
namespace {

class NoEvents final : public ClientEvents {
  void on_error(rd_kafka_resp_err_t, const std::string&) noexcept override {}
  void on_log(int, const std::string&) noexcept override {}
  void on_answer(std::int32_t) noexcept override {}
  void on_throttle(std::int32_t, int) noexcept override {}
  void on_report(const rd_kafka_message_t&) noexcept override {}
  void on_open(rd_kafka_t*) noexcept override {}
  void on_close(rd_kafka_t*) noexcept override {}
};

class KafkaNameClientTest : public testing::Test {
 protected:
  std::unique_ptr<KafkaClient> make() {
    std::string reason;
    return KafkaClient::make(Role::query, {{"bootstrap.servers", "127.0.0.1:1"}}, events_, reason);
  }

  NoEvents events_;
  Workers workers_;
  NameClient names_{workers_, [this] { return make(); }};
};

TEST_F(KafkaNameClientTest, ReplacesTheClientAfterSomeHundredNames) {
  const std::weak_ptr<KafkaClient> first = names_.use();
  ASSERT_FALSE(first.expired());
  int names = 1;
  while (names < 10'000 && names_.use() == first.lock()) ++names;
  EXPECT_EQ(names, 200);
  workers_.stop();
  EXPECT_TRUE(first.expired());
  names_.close();
}

TEST_F(KafkaNameClientTest, CreatesNoThirdClientWhileTwoLive) {
  std::vector<std::shared_ptr<KafkaClient>> used;
  for (int i = 0; i < 400; ++i) used.push_back(names_.use());
  EXPECT_NE(used.front(), used.back());
  EXPECT_EQ(names_.use(), nullptr);
  workers_.stop();
  used.erase(used.begin(), used.begin() + 200);
  EXPECT_NE(names_.use(), nullptr);
  used.clear();
  names_.close();
}

TEST_F(KafkaNameClientTest, DestroysAnIdleClient) {
  const auto now = NameClient::Clock::now();
  const std::weak_ptr<KafkaClient> client = names_.use(now);
  names_.poll(now + std::chrono::seconds(9));
  EXPECT_FALSE(client.expired());
  names_.poll(now + std::chrono::seconds(11));
  workers_.stop();
  EXPECT_TRUE(client.expired());
}

TEST_F(KafkaNameClientTest, CreatesNoClientAfterClose) {
  names_.close();
  EXPECT_EQ(names_.use(), nullptr);
}

}  // namespace
}  // namespace sidestream::kafka
