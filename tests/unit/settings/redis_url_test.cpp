#include "sidecar/settings/redis_url.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

RedisSettings parsed(std::string_view text) {
  const auto url = parse_redis_url(text);
  EXPECT_EQ(url.error, "") << text;
  return url.value;
}

TEST(RedisUrl, AcceptsAHostAlone) {
  EXPECT_EQ(parsed("redis://redis"), (RedisSettings{"redis", 6379, false, 0, "", "", ""}));
  EXPECT_EQ(parsed("redis://redis/"), parsed("redis://redis"));
}

TEST(RedisUrl, ReadsEveryPart) {
  EXPECT_EQ(parsed("rediss://user:p%40ss%3a@redis.example.com:6380/15"),
            (RedisSettings{"redis.example.com", 6380, true, 15, "user", "p@ss:", ""}));
  EXPECT_EQ(parsed("redis://:pass@[::1]:7000"),
            (RedisSettings{"::1", 7000, false, 0, "", "pass", ""}));
  EXPECT_EQ(parsed("redis://user@10.0.0.1").username, "user");
  EXPECT_EQ(parsed("redis://u:a:b@r").password, "a:b");
  EXPECT_EQ(parsed("redis://u:a@b@r").password, "a@b");
}

TEST(RedisUrl, HidesTheUrlInErrors) {
  for (const char* text : {"",
                           "hunter2",
                           "hunter2://r",
                           "redis:hunter2",
                           "redis://hunter2:6379:1",
                           "redis://:hunter2@",
                           "redis://:hunter2@r:0",
                           "redis://:hunter2@r:port",
                           "redis://:hunter2@r/db",
                           "redis://:hunter2%@r",
                           "redis://:hunter2%2@r",
                           "redis://:hunter2%00@r",
                           "redis://:hunter2/x@r",
                           "redis://:hunter2?@r",
                           "redis://:hunter2#@r",
                           "redis://[hunter2]",
                           "redis://[::1]hunter2",
                           "redis://hunter2,r",
                           "redis://r/1/hunter2",
                           "redis://r/99999999999",
                           "unix://hunter2",
                           "redis+cluster://hunter2",
                           "redis-sentinel://hunter2"}) {
    const auto url = parse_redis_url(text);
    EXPECT_NE(url.error, "") << text;
    EXPECT_EQ(url.error.find("hunter2"), std::string::npos) << url.error;
  }
}

TEST(RedisUrl, RefusesClusterAndSentinelSchemes) {
  for (const char* text : {"redis+cluster://r", "redis-cluster://r", "rediss+cluster://r"})
    EXPECT_NE(parse_redis_url(text).error.find("Redis Cluster"), std::string::npos) << text;
}

}  // namespace
}  // namespace sidestream
