// The time that the body of a publish has: 30 s, and 1 s for each 64 KiB.

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

std::string promise(std::size_t length) {
  return "POST /events/t HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

// Sends 100 kB a second for longer than an idle body would have.
int status_of_slow_upload(const Address& streams) {
  constexpr std::size_t step = 100'000;
  constexpr std::size_t seconds = 34;
  HttpConnection connection(streams);
  connection.send(promise(step * seconds));
  for (std::size_t i = 0; i < seconds; ++i) {
    std::this_thread::sleep_for(1s);
    connection.send(std::string(step, 'x'));
  }
  return connection.receive().status;
}

TEST(SlowPublish, Gets408WithALogLineUnlessItMoves) {
  Stage stage("embedded", {.topic = "max_event: 8MiB"});
  auto moving = std::async(std::launch::async, status_of_slow_upload, stage.sidecar().streams());
  HttpConnection idle(stage.sidecar().streams());
  const auto begun = Clock::now();
  idle.send(promise(10) + "half");
  EXPECT_TRUE(idle.is_quiet(28s));
  EXPECT_EQ(idle.receive(10s * patience).status, 408);
  EXPECT_GE(Clock::now() - begun, 29s);
  EXPECT_EQ(moving.get(), 201);
  stage.sidecar().terminate();
  int lines = 0;
  for (const auto& line : log_lines(stage.sidecar().log())) {
    const auto* status = line.if_contains("status");
    lines += status && *status == 408 ? 1 : 0;
  }
  EXPECT_EQ(lines, 1) << stage.sidecar().log();
}

}  // namespace
}  // namespace e2e
