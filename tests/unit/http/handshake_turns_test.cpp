#include "sidecar/http/net/tls/handshake_turns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <string>

namespace sidestream {
namespace {

struct Loop {
  // Writes `s` for each of its steps.
  Awaitable<void> step(int steps) {
    for (int i = 0; i < steps; ++i) {
      co_await turns.next();
      order += 's';
    }
  }
  void spawn(int steps) { boost::asio::co_spawn(io, step(steps), boost::asio::detached); }
  // Other work: writes `.` once in each pass.
  void work(int passes) {
    boost::asio::post(io, [this, passes] {
      order += '.';
      if (passes > 1) work(passes - 1);
    });
  }

  HandshakeTurns turns;
  boost::asio::io_context io{1};
  std::string order;
};

std::size_t longest_run(const std::string& text) {
  std::size_t longest = 0, now = 0;
  for (const char c : text) longest = std::max(longest, now = c == 's' ? now + 1 : 0);
  return longest;
}

TEST(HandshakeTurns, LeaveTheLoopToOthersBetweenFewSteps) {
  Loop loop;
  for (int i = 0; i < 20; ++i) loop.spawn(2);
  loop.work(100);
  loop.io.run();
  EXPECT_EQ(std::count(loop.order.begin(), loop.order.end(), 's'), 40);
  // The steps of two passes meet where the other work lies before and behind them.
  EXPECT_LE(longest_run(loop.order), 2 * HandshakeTurns::steps_per_pass) << loop.order;
}

TEST(HandshakeTurns, ComeInTheOrderOfTheCalls) {
  Loop loop;
  std::string order;
  const auto one = [](HandshakeTurns& turns, std::string& out, char name) -> Awaitable<void> {
    co_await turns.next();
    out += name;
  };
  for (const char name : std::string("abcdefgh"))
    boost::asio::co_spawn(loop.io, one(loop.turns, order, name), boost::asio::detached);
  loop.io.run();
  EXPECT_EQ(order, "abcdefgh");
}

}  // namespace
}  // namespace sidestream
