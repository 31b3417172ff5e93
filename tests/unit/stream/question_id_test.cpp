#include "sidecar/stream/ask/question_id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sidestream {
namespace {

const std::string secret(32, 's');

TEST(QuestionId, IsRandomWithoutAKey) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(random_question_id());
  EXPECT_EQ(ids.size(), 1000u);
  for (const auto& id : ids) EXPECT_TRUE(is_question_id(id)) << id;
}

TEST(QuestionId, IsTheSameForTheSamePersonPathAndKey) {
  const auto id = question_id(secret, "ann", "/chat/1", "key");
  EXPECT_TRUE(is_question_id(id));
  EXPECT_EQ(id, question_id(secret, "ann", "/chat/1", "key"));
  EXPECT_NE(id, question_id(secret, "bob", "/chat/1", "key"));
  EXPECT_NE(id, question_id(secret, "ann", "/chat/2", "key"));
  EXPECT_NE(id, question_id(secret, "ann", "/chat/1", "other"));
  EXPECT_NE(id, question_id(std::string(32, 't'), "ann", "/chat/1", "key"));
}

TEST(QuestionId, KeepsItsPartsApart) {
  EXPECT_NE(question_id(secret, "a", "bc", "d"), question_id(secret, "ab", "c", "d"));
  EXPECT_NE(question_id(secret, "", "1:a", ""), question_id(secret, "1:a", "", ""));
}

TEST(QuestionId, HasASecretOfTheProcessWithoutAnother) {
  EXPECT_EQ(question_id("", "a", "b", "c"), question_id("", "a", "b", "c"));
  EXPECT_NE(question_id("", "a", "b", "c"), question_id(secret, "a", "b", "c"));
}

TEST(QuestionId, IsToldFromOtherTexts) {
  const std::string id = random_question_id();
  EXPECT_FALSE(is_question_id(id + "a"));
  EXPECT_FALSE(is_question_id(id.substr(1)));
  EXPECT_FALSE(is_question_id(std::string(26, '1')));
  EXPECT_FALSE(is_question_id(std::string(26, 'A')));
  EXPECT_FALSE(is_question_id(""));
}

// base32 of RFC 4648 in lower case and without padding: the last character holds 3 bits.
TEST(QuestionId, UsesAllItsBits) {
  std::set<char> last;
  std::set<char> first;
  for (int i = 0; i < 2000; ++i) {
    const auto id = random_question_id();
    first.insert(id.front());
    last.insert(id.back());
  }
  EXPECT_EQ(first.size(), 32u);
  EXPECT_EQ(last, (std::set<char>{'a', 'e', 'i', 'm', 'q', 'u', 'y', '4'}));
}

TEST(BodyDigest, TellsBodiesApart) {
  EXPECT_EQ(body_digest("a"), body_digest("a"));
  EXPECT_NE(body_digest("a"), body_digest("b"));
  EXPECT_EQ(body_digest("a").find(' '), std::string::npos);
}

}  // namespace
}  // namespace sidestream
