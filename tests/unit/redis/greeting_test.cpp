#include "connectors/redis/greeting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/redis/command.hpp"
#include "tests/unit/redis/resp.hpp"

namespace sidestream::redis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

GreetingResult hello_from(const std::string& mode) {
  return read_hello(
      *test::parse(test::array({test::bulk("server"), test::bulk("redis"), test::bulk("id"),
                                test::number(7), test::bulk("mode"), test::bulk(mode)})));
}

std::string refusal_of(const std::string& error) {
  return read_hello(*test::parse(test::error(error))).refusal;
}

}  // namespace

TEST(Greeting, SendsUserPasswordAndDatabaseWhenSet) {
  EXPECT_THAT(greeting_commands({}, 0),
              ElementsAre(format_command({"HELLO", "2", "SETNAME", "sidestream"}),
                          format_command({"PING"})));
  EXPECT_THAT(
      greeting_commands({.username = "bob", .password = "pw"}, 3),
      ElementsAre(format_command({"HELLO", "2", "AUTH", "bob", "pw", "SETNAME", "sidestream"}),
                  format_command({"SELECT", "3"}), format_command({"PING"})));
  EXPECT_THAT(greeting_commands({.username = "", .password = "pw"}, 0)[0],
              format_command({"HELLO", "2", "AUTH", "default", "pw", "SETNAME", "sidestream"}));
}

TEST(Greeting, AcceptsAStandaloneServer) {
  EXPECT_EQ(hello_from("standalone").refusal, "");
  EXPECT_EQ(hello_from("standalone").client_id, 7);
}

TEST(Greeting, RefusesClusterAndSentinelWithAReason) {
  EXPECT_THAT(hello_from("cluster").refusal,
              HasSubstr("Redis Cluster node, which is not supported"));
  EXPECT_THAT(hello_from("sentinel").refusal, HasSubstr("Sentinel"));
  EXPECT_THAT(explain_error("MOVED 866 127.0.0.1:7001"), HasSubstr("Redis Cluster"));
}

TEST(Greeting, ExplainsErrors) {
  EXPECT_THAT(refusal_of("WRONGPASS invalid username-password pair or user is disabled."),
              HasSubstr("authentication failed"));
  EXPECT_THAT(refusal_of("ERR unknown command `HELLO`"), HasSubstr("Redis 7 or newer is required"));
  EXPECT_THAT(read_greeting(*test::parse(test::error("LOADING Redis is loading"))).refusal,
              HasSubstr("not ready"));
}

TEST(Greeting, AcceptsAUserWithoutPermissionForPing) {
  for (const char* text : {"NOPERM this user has no permissions to run the 'ping' command",
                           "NOPERM User bob has no permissions to run the 'ping' command"}) {
    EXPECT_EQ(read_greeting(*test::parse(test::error(text))).refusal, "") << text;
  }
  EXPECT_NE(read_greeting(*test::parse(test::error(
                              "NOPERM this user has no permissions to run the 'select' command")))
                .refusal,
            "");
}

}  // namespace sidestream::redis
