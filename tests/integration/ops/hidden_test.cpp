// What no message shows: the values of variables and the user info of URLs, also while a broker that
// is named by them can't be reached.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/harness/sidecar.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

// The log and /readyz, once both tell of the failure.
std::string told_by(const std::string& kind, const std::string& connector,
                    const Process::Environment& environment) {
  const std::string log = kind == "kafka" ? "topic" : "stream";
  Sidecar sidecar({.connectors = {"c: { " + kind + ": { " + connector + " } }"},
                   .topics = {"t: { from: c, " + log + ": t }"}},
                  environment);
  std::string page;
  EXPECT_TRUE(eventually([&] {
    page = get(sidecar.admin(), "/readyz").body;
    return page.find("refused") != std::string::npos &&
           sidecar.log().find("refused") != std::string::npos;
  })) << page
      << sidecar.log();
  return sidecar.log() + page;
}

TEST(Hidden, VariableWithKafkaServers) {
  const auto told = told_by("kafka", R"(bootstrap.servers: "${SERVERS}")",
                            {{"SERVERS", "localhost:1,localhost:2"}});
  EXPECT_THAT(told, HasSubstr("${SERVERS}"));
  EXPECT_THAT(told, Not(HasSubstr("localhost")));
}

TEST(Hidden, VariableWithARedisUrl) {
  const auto told =
      told_by("redis", R"(url: "${REDIS}")", {{"REDIS", "redis://app:S3CRET@localhost:1"}});
  EXPECT_THAT(told, HasSubstr("${REDIS}: connecting"));
  EXPECT_THAT(told, Not(HasSubstr("localhost")));
  EXPECT_THAT(told, Not(HasSubstr("S3CRET")));
}

TEST(Hidden, VariableWithTheHostOfARedisUrl) {
  const auto told = told_by("redis", R"(url: "redis://${HOST}:1")", {{"HOST", "localhost"}});
  EXPECT_THAT(told, HasSubstr("${HOST}:1: connecting"));
  EXPECT_THAT(told, Not(HasSubstr("localhost")));
}

TEST(Hidden, VariableWithTheListenAddress) {
  TempDir folder;
  const auto path =
      folder.write("s.yaml",
                   "server: { listen: \"${LISTEN}\", admin: \"127.0.0.1:0\" }\n"
                   "connectors: { c: { embedded: {} } }\ntopics: { t: { from: c } }\n");
  // 192.0.2.0/24 is for documentation: no interface has it.
  const auto done =
      run({"/usr/bin/env", "LISTEN=192.0.2.1:8080", sidestream_binary(), "--config", path});
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.output, HasSubstr("cannot listen on ${LISTEN}: "));
}

TEST(Hidden, UserInfoInAnUpstreamUrl) {
  TempDir folder;
  for (const std::string url : {"http://app:S3CRET@h", "app:S3CRET@h:80", "http://S3CRET@h/x"}) {
    const auto path = folder.write("s.yaml", "server: { upstream: { url: \"" + url + "\" } }\n");
    const auto done = run({sidestream_binary(), "--check", "--config", path});
    EXPECT_EQ(done.status, 2);
    EXPECT_THAT(done.output, HasSubstr("***@h"));
    EXPECT_THAT(done.output, Not(HasSubstr("S3CRET")));
  }
}

}  // namespace
}  // namespace e2e
