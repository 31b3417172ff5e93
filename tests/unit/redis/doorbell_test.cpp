#include "connectors/redis/doorbell.hpp"

#include <gtest/gtest.h>

namespace sidestream::redis {
namespace {

using std::chrono::milliseconds;

class NoOwner final : public LinkOwner {
  void on_up(Link&) override {}
  void on_down(Link&) override {}
  void on_reply(Link&, Reply) override {}
};

// A doorbell whose link is never up: only polls are due.
class DoorbellTest : public testing::Test {
 protected:
  void open(TailId from, TailId to) {
    for (auto id = from; id <= to; ++id) {
      doorbell.add(tails.add(id, "s" + std::to_string(id), std::make_shared<TailSlot>(), {}));
    }
  }
  std::vector<TailId> poll(Clock::time_point now) {
    std::string command;
    auto polled = doorbell.take_poll(now, command);
    EXPECT_EQ(polled.empty(), command.empty());
    doorbell.poll_done();
    return polled;
  }

  RedisOptions options;
  CredentialStore credentials{{}};
  ConnectorProbe probe;
  Health health{"cache", probe, Logger()};
  NoOwner owner;
  Link link{{options, credentials, probe, health}, Health::Part::doorbell, owner};
  TailTable tails;
  Doorbell doorbell{link, tails};
  const Clock::time_point begin{milliseconds(1000)};
};

}  // namespace

TEST_F(DoorbellTest, PollsNoneOfFewTails) {
  open(1, 512);
  EXPECT_TRUE(poll(begin).empty());
  EXPECT_EQ(doorbell.next_poll(), Clock::time_point::max());
}

TEST_F(DoorbellTest, PollsTheOtherTailsInTurn) {
  open(1, 512 + 600);
  std::vector<TailId> seen;
  auto now = begin;
  for (int i = 0; i < 3; ++i) {
    const auto polled = poll(now);
    EXPECT_LE(polled.size(), 256u);
    seen.insert(seen.end(), polled.begin(), polled.end());
    EXPECT_TRUE(poll(now).empty()) << "polls are spread over the round";
    now = doorbell.next_poll();
  }
  EXPECT_LE(now - begin, milliseconds(150)) << "a round";
  ASSERT_GE(seen.size(), 600u);
  for (TailId i = 0; i < 600; ++i) EXPECT_EQ(seen[i], 513 + i);
}

TEST_F(DoorbellTest, MakesATailThatRingsRecent) {
  open(1, 513);
  EXPECT_EQ(poll(begin), std::vector<TailId>{513});
  doorbell.touch(*tails.find(513));
  EXPECT_EQ(poll(begin + milliseconds(200)), std::vector<TailId>{1}) << "instead of the oldest";
  doorbell.touch(*tails.find(1));
  EXPECT_EQ(poll(begin + milliseconds(400)), std::vector<TailId>{2});
}

TEST_F(DoorbellTest, ForgetsClosedTails) {
  open(1, 520);
  for (TailId id = 513; id <= 520; ++id) {
    doorbell.remove(*tails.find(id));
    tails.remove(id);
  }
  EXPECT_EQ(doorbell.next_poll(), Clock::time_point::max());
  doorbell.remove(*tails.find(1));
  tails.remove(1);
  open(600, 600);
  EXPECT_EQ(doorbell.next_poll(), Clock::time_point::max()) << "a place is free";
}

}  // namespace sidestream::redis
