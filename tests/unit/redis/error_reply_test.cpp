#include "connectors/redis/error_reply.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {

TEST(ErrorReply, SeparatesTemporaryFromLastingErrors) {
  EXPECT_EQ(classify("LOADING Redis is loading the dataset in memory"), ErrorKind::temporary);
  EXPECT_EQ(classify("BUSY Redis is busy running a script."), ErrorKind::temporary);
  EXPECT_EQ(classify("UNBLOCKED force unblock from blocking operation"), ErrorKind::temporary);
  EXPECT_EQ(classify("ERR Can not execute the command on a stale replica"), ErrorKind::temporary);
  EXPECT_EQ(classify("WRONGTYPE Operation against a key"), ErrorKind::refused);
  EXPECT_EQ(classify("BUSYGROUP Consumer Group name already exists"), ErrorKind::refused);
  EXPECT_EQ(classify("MOVED 866 127.0.0.1:7001"), ErrorKind::unsuitable);
  EXPECT_EQ(classify("NOAUTH Authentication required."), ErrorKind::credentials);
}

TEST(ErrorReply, MapsPublishErrorsToRefusedOrUnavailable) {
  for (const char* text : {"WRONGTYPE Operation against a key",
                           "NOPERM this user has no permissions", "ERR something new"}) {
    EXPECT_EQ(publish_error(text), Errc::refused) << text;
  }
  for (const char* text :
       {"LOADING Redis is loading", "NOREPLICAS Not enough good replicas to write.",
        "MISCONF Redis is configured to save",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "ERR The stream has exhausted the last possible ID, unable to add more items",
        "MASTERDOWN Link with MASTER is down", "NOAUTH Authentication required."}) {
    EXPECT_EQ(publish_error(text), Errc::unavailable) << text;
  }
}

}  // namespace sidestream::redis
