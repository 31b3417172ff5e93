// What no message shows: the values of variables and the user info of URLs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/harness/sidecar.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

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
