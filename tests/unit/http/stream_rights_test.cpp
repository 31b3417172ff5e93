#include "sidecar/http/streams/stream_rights.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Step = StreamRights::Step;
using Outcome = StreamRights::Outcome;
using Answer = RightsSource::Answer;

constexpr std::int64_t exp_ms = 1'000'000;
const StreamRights::Clock::time_point begun{1h};

PersonPtr person(std::int64_t ends_ms = exp_ms) {
  Person made;
  made.expires_at = std::chrono::sys_seconds(std::chrono::seconds(exp_ms / 1000));
  made.ends_at =
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ends_ms));
  return std::make_shared<const Person>(std::move(made));
}

class EveryMinute final : public RightsSource {
 public:
  Awaitable<Answer> ask() override { co_return Answer(); }
  std::chrono::milliseconds interval() const override { return 60s; }
};

StreamRights asked_rights() {
  StreamRights rights(std::make_shared<const Person>(), std::make_shared<EveryMinute>());
  rights.begin(begun);
  return rights;
}

TEST(StreamRights, AreAnnouncedOnceHalfAMinuteBeforeTheyExpire) {
  StreamRights rights(person(), nullptr);
  EXPECT_EQ(rights.step(exp_ms - 30'001, begun), Step::none);
  EXPECT_EQ(rights.step(exp_ms - 30'000, begun), Step::announce);
  EXPECT_EQ(rights.step(exp_ms - 29'999, begun), Step::none);
}

TEST(StreamRights, ExpireAfterTheLeeway) {
  StreamRights rights(person(exp_ms + 5000), nullptr);
  EXPECT_EQ(rights.step(exp_ms, begun), Step::announce);
  EXPECT_EQ(rights.step(exp_ms + 4999, begun), Step::none);
  EXPECT_EQ(rights.step(exp_ms + 5000, begun), Step::expire);
}

TEST(StreamRights, WithoutATimeNeverExpire) {
  StreamRights rights(std::make_shared<const Person>(), nullptr);
  rights.begin(begun);
  EXPECT_EQ(rights.step(INT64_MAX, begun + 100h), Step::none);
}

TEST(StreamRights, AreAskedAboutOnceInAnInterval) {
  StreamRights rights = asked_rights();
  EXPECT_EQ(rights.step(0, begun + 53s), Step::none);
  EXPECT_EQ(rights.step(0, begun + 61s), Step::ask);
  EXPECT_EQ(rights.step(0, begun + 200s), Step::none);  // the answer has not come
  EXPECT_EQ(rights.take({Answer::Kind::held, person()}, begun + 200s), Outcome::held);
  EXPECT_EQ(rights.step(0, begun + 253s), Step::none);
  EXPECT_EQ(rights.step(0, begun + 261s), Step::ask);
}

TEST(StreamRights, EndWhenTheSourceSaysSo) {
  StreamRights rights = asked_rights();
  EXPECT_EQ(rights.take({Answer::Kind::ended, nullptr}, begun), Outcome::revoked);
}

TEST(StreamRights, OutliveTwoQuestionsWithoutAnAnswer) {
  StreamRights rights = asked_rights();
  EXPECT_EQ(rights.take({}, begun), Outcome::held);
  EXPECT_EQ(rights.take({}, begun), Outcome::held);
  EXPECT_EQ(rights.take({Answer::Kind::held, person()}, begun), Outcome::held);
  EXPECT_EQ(rights.take({}, begun), Outcome::held);
  EXPECT_EQ(rights.take({}, begun), Outcome::held);
  EXPECT_EQ(rights.take({}, begun), Outcome::unavailable);
}

TEST(StreamRights, ThatLastLongerAreAnnouncedAnew) {
  StreamRights rights(person(), std::make_shared<EveryMinute>());
  EXPECT_EQ(rights.step(exp_ms - 1, begun), Step::announce);
  Person later = *person();
  later.expires_at = *later.expires_at + 100s;
  later.ends_at = *later.ends_at + 100s;
  rights.take({Answer::Kind::held, std::make_shared<const Person>(later)}, begun);
  EXPECT_EQ(rights.step(exp_ms, begun), Step::none);
  EXPECT_EQ(rights.step(exp_ms + 70'000, begun), Step::announce);
}

TEST(StreamRights, ThatLastLongerBySomeMillisecondsAreAnnouncedAnew) {
  StreamRights rights(person(), std::make_shared<EveryMinute>());
  EXPECT_EQ(rights.step(exp_ms - 1, begun), Step::announce);
  rights.take({Answer::Kind::held, person(exp_ms + 500)}, begun);
  EXPECT_EQ(rights.step(exp_ms, begun), Step::announce);
}

}  // namespace
}  // namespace sidestream
