// The drain over HTTP, for hooks that cannot run a program: on the admin port, where it is asked
// for.

#include <gtest/gtest.h>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class DrainHttp : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(By, DrainHttp, testing::Values("POST"), kind_name);

TEST_P(DrainHttp, StartsTheDrainAndCanBeRepeated) {
  Stage stage("embedded", {.server = {"drain_http: true", "drain: 1s", "retry: 2s..20s"}});
  auto streams = open_live(stage.sidecar().streams(), 10);
  for (int i = 0; i < 3; ++i) {
    const auto answer =
        fetch(stage.sidecar().admin(), Request{.target = "/drain", .method = GetParam()});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.substr(0, answer.body.find('\n')), R"({"status":"draining"})");
    EXPECT_EQ(answer.header("Content-Type").value_or("").rfind("application/json", 0), 0u);
    EXPECT_EQ(stage.sidecar().ready_status(), 503);
  }
  expect_shut_down(watch_endings(streams, 3s * patience), "drain", 2000, 20000);
  EXPECT_FALSE(stage.sidecar().process().exit_status(1s)) << "SIGTERM alone ends it";
  EXPECT_EQ(stage.sidecar().terminate(10s * patience), 0);
}

TEST_P(DrainHttp, IsOffByDefault) {
  for (const char* console : {"console: false", "console: true"}) {
    Stage stage("embedded", {.server = {console}});
    auto stream = stage.live();
    const Request request{.target = "/drain", .method = GetParam()};
    EXPECT_EQ(fetch(stage.sidecar().admin(), request).status, 404);
    EXPECT_EQ(stage.sidecar().ready_status(), 200);
  }
}

TEST_P(DrainHttp, IsNeverOnThePublicPort) {
  Stage stage("embedded", {.server = {"drain_http: true"}});
  const Request request{.target = "/drain", .method = GetParam()};
  EXPECT_EQ(fetch(stage.sidecar().streams(), request).status, 404);
  EXPECT_EQ(stage.sidecar().ready_status(), 200);
}

TEST(DrainHttpOnly, RefusesOtherMethods) {
  Stage stage("embedded", {.server = {"drain_http: true"}});
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
    HttpConnection connection(stage.sidecar().admin());
    connection.send(Request{.target = "/drain", .method = method});
    connection.receive(10s * patience, std::string_view(method) == "HEAD");
    EXPECT_EQ(stage.sidecar().ready_status(), 200) << method;
  }
}

}  // namespace
}  // namespace e2e
