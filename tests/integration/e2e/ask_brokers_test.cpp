// `ask:` where brokers differ, fail, or are shared by replicas.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/integration/e2e/ask_stage.hpp"
#include "tests/support/harness/redis.hpp"

namespace e2e {
namespace {

const Headers with_key{{"Idempotency-Key", "0123456789abcdef"}};
const std::string with_secret = "secret: " + std::string(32, 's');

class RedisAsk : public testing::Test {
 protected:
  explicit RedisAsk(const std::string& ask = with_secret)
      : stage_(make_redis_source(redis_), false, ask) {}
  ~RedisAsk() override { redis_.process().signal(SIGCONT); }

  RedisServer redis_;
  AskStage stage_;
};

TEST_F(RedisAsk, KeyHoldsForAllReplicas) {
  Sidecar other(stage_.config(with_secret, {}));
  const auto location = stage_.location("hello", with_key);
  Headers headers = with_key;
  headers.emplace_back("Prefer", "respond-async");
  EXPECT_EQ(post(other.streams(), stage_.path(), "hello", headers).header("Location"), location);
  EXPECT_EQ(post(other.streams(), stage_.path(), "other", headers).status, 422);
  stage_.questions(1);
}

TEST_F(RedisAsk, KeyHoldsAfterTheQuestionWasConsumed) {
  const auto location = stage_.location("hello", with_key);
  RedisClient redis(redis_.address());
  EXPECT_EQ(redis.command({"DEL", stage_.questions_log()}), "1");
  EXPECT_EQ(stage_.location("hello", with_key), location);
  EXPECT_EQ(redis.command({"EXISTS", stage_.questions_log()}), "0");
}

TEST_F(RedisAsk, SaysSoIfTheBrokerCertainlyDidNotTakeIt) {
  redis_.process().signal(SIGKILL);
  Response refused;
  // What was sent before the connection was seen to break may have been taken.
  EXPECT_TRUE(eventually([&] {
    refused = stage_.ask("hello", with_key);
    return refused.status == 503;
  })) << refused.status;
  EXPECT_FALSE(refused.has("Location"));
}

TEST_F(RedisAsk, GivesTheLocationIfNobodyKnows) {
  stage_.location("first");
  redis_.process().signal(SIGSTOP);
  const auto unknown = stage_.ask("hello", with_key);
  EXPECT_EQ(unknown.status, 504) << unknown.body;
  const auto location = unknown.header("Location").value_or("");
  EXPECT_NE(location, "");
  redis_.process().signal(SIGCONT);
  EXPECT_TRUE(
      eventually([&] { return stage_.ask("hello", with_key).header("Location") == location; }));
  stage_.questions(2);
}

TEST(EmbeddedAsk, KeyHoldsAfterARestart) {
  AskStage stage("embedded", with_secret);
  const auto location = stage.location("hello", with_key);
  stage.sidecar().kill_and_start();
  EXPECT_EQ(stage.location("hello", with_key), location);
  EXPECT_EQ(stage.ask("other", with_key).status, 422);
  stage.questions(1);
}

TEST(AskCheck, SaysThatAKeyHoldsForOneProcess) {
  AskStage stage("embedded");
  EXPECT_THAT(stage.sidecar().log(), testing::HasSubstr("topics.chat.ask has no secret"));
}

}  // namespace
}  // namespace e2e
