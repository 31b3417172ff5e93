#include "connectors/redis/reply.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {
namespace {

TEST(ReplyReader, ReadsRepliesInPieces) {
  ReplyReader reader;
  reader.feed("*2\r\n:1\r\n$2\r\n");
  EXPECT_FALSE(reader.next());
  reader.feed("ab\r\n+OK\r\n");
  const auto array = reader.next();
  ASSERT_TRUE(array && elements_of(*array).size() == 2);
  EXPECT_EQ(text_of(*elements_of(*array)[1]), "ab");
  const auto status = reader.next();
  EXPECT_EQ(text_of(*status), "OK");
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.error(), "");
}

TEST(ReplyReader, ReservesNothingForMillionsOfElements) {
  ReplyReader reader;
  reader.feed("*16777217\r\n");
  EXPECT_FALSE(reader.next());
  EXPECT_NE(reader.error(), "");
}

}  // namespace
}  // namespace sidestream::redis
