#include "sidecar/http/access/answer_cache.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

ForwardAnswerPtr refusal(std::size_t body) {
  ForwardAnswer answer;
  answer.kind = ForwardAnswer::Kind::refused;
  answer.response.body.assign(body, 'x');
  return std::make_shared<const ForwardAnswer>(std::move(answer));
}

TEST(AnswerCache, FindsAnswersThatAreYoungEnough) {
  AnswerCache cache;
  const AnswerCache::Clock::time_point start{};
  const ForwardAnswerPtr answer = refusal(0);
  cache.put("a", answer, start);
  EXPECT_EQ(cache.find("a", start + 9s, 10s), answer);
  EXPECT_EQ(cache.find("a", start + 10s, 10s), nullptr);
  EXPECT_EQ(cache.find("a", start, 0s), nullptr);
  EXPECT_EQ(cache.find("b", start, 10s), nullptr);
}

TEST(AnswerCache, ReplacesAnOlderAnswer) {
  AnswerCache cache;
  const AnswerCache::Clock::time_point start{};
  cache.put("a", refusal(1000), start);
  const ForwardAnswerPtr newer = refusal(0);
  cache.put("a", newer, start + 5s);
  EXPECT_EQ(cache.find("a", start + 6s, 10s), newer);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_LT(cache.bytes(), 1000u);
}

TEST(AnswerCache, EvictsTheOldestAboveItsLimits) {
  AnswerCache few({2, 1'000'000});
  const AnswerCache::Clock::time_point now{};
  for (const char* question : {"a", "b", "c"}) few.put(question, refusal(0), now);
  EXPECT_EQ(few.find("a", now, 1s), nullptr);
  EXPECT_NE(few.find("b", now, 1s), nullptr);

  AnswerCache small({100, 10'000});
  for (const char* question : {"a", "b", "c"}) small.put(question, refusal(4'000), now);
  EXPECT_EQ(small.find("a", now, 1s), nullptr);
  EXPECT_NE(small.find("c", now, 1s), nullptr);
  EXPECT_LE(small.bytes(), 10'000u);
  small.put("c", refusal(20'000), now);
  EXPECT_EQ(small.find("c", now, 1s), nullptr) << "an old answer of a question that has a new one";
  EXPECT_EQ(small.size(), 1u);
}

}  // namespace
}  // namespace sidestream
