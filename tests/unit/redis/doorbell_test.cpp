#include "connectors/redis/doorbell.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace sidestream::redis {
namespace {

using std::chrono::milliseconds;

class NoOwner final : public LinkOwner {
  void on_up(Link&) override {}
  void on_down(Link&) override {}
  void on_reply(Link&, Reply) override {}
};

// The bells' links never connect: what is due are polls.
class DoorbellTest : public testing::Test {
 protected:
  void SetUp() override { doorbell.up(*doorbell.bells().front(), begin); }
  void remove(TailId id) {
    doorbell.remove(*tails.find(id));
    tails.remove(id);
  }
  // More than one round.
  std::set<TailId> polled() {
    std::set<TailId> all;
    for (int i = 0; i < 10; ++i) {
      now += milliseconds(100);
      for (const auto id : poll(now)) all.insert(id);
    }
    return all;
  }
  void open(TailId from, TailId to) {
    for (auto id = from; id <= to; ++id) {
      doorbell.add(tails.add(id, "s" + std::to_string(id), std::make_shared<TailSlot>(), {}));
    }
  }
  std::vector<TailId> poll(Clock::time_point when) {
    std::string command;
    auto polled = doorbell.take_poll(when, command);
    EXPECT_EQ(polled.empty(), command.empty());
    doorbell.poll_done();
    return polled;
  }

  RedisOptions options;
  CredentialStore credentials{{}};
  ConnectorProbe probe;
  Health health{"cache", probe, Logger()};
  NoOwner owner;
  TailTable tails;
  Doorbell doorbell{{options, credentials, probe, health}, owner, tails};
  const Clock::time_point begin{milliseconds(1000)};
  Clock::time_point now = begin;
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
  for (TailId id = 513; id <= 520; ++id) remove(id);
  EXPECT_EQ(doorbell.next_poll(), Clock::time_point::max());
  remove(1);
  open(600, 600);
  EXPECT_EQ(doorbell.next_poll(), Clock::time_point::max()) << "a place is free";
}

TEST_F(DoorbellTest, GrowsByABellForEach512Tails) {
  open(1, 512);
  EXPECT_EQ(doorbell.grow(), nullptr);
  open(513, 1100);
  EXPECT_NE(doorbell.grow(), nullptr);
  EXPECT_NE(doorbell.grow(), nullptr);
  EXPECT_EQ(doorbell.grow(), nullptr) << "three are enough";
  open(1101, 20'000);
  while (doorbell.grow()) {
  }
  EXPECT_EQ(doorbell.bells().size(), Doorbell::bells_max);
}

TEST_F(DoorbellTest, GivesTheOthersToABellThatComesUp) {
  open(1, 512 + 512 + 3);
  doorbell.grow();
  EXPECT_EQ(polled().size(), 515u) << "the new bell is not connected";
  doorbell.up(*doorbell.bells()[1], now);
  EXPECT_EQ(doorbell.bells()[1]->members().size(), 512u);
  EXPECT_EQ(polled().size(), 3u);
}

TEST_F(DoorbellTest, PollsTheTailsOfABellThatIsDown) {
  open(1, 10);
  doorbell.down(*doorbell.bells().front(), now);
  EXPECT_THAT(poll(now), testing::SizeIs(10));
  doorbell.touch(*tails.find(3));
  now += milliseconds(200);
  EXPECT_THAT(poll(now), testing::SizeIs(10)) << "it has no place among recent ones";
  doorbell.up(*doorbell.bells().front(), now);
  EXPECT_EQ(doorbell.next_poll(), Clock::time_point::max());
  EXPECT_EQ(doorbell.bells().front()->members().size(), 10u);
}

TEST_F(DoorbellTest, FillsTheSeatsOfClosedTails) {
  open(1, 512);
  remove(1);
  remove(512);
  remove(200);
  open(513, 515);
  EXPECT_EQ(doorbell.next_poll(), Clock::time_point::max());
  const auto& members = doorbell.bells().front()->members();
  EXPECT_EQ(std::set<TailId>(members.begin(), members.end()).size(), 512u);
  for (std::size_t seat = 0; seat < members.size(); ++seat)
    EXPECT_EQ(tails.find(members[seat])->seat, seat);
}

}  // namespace sidestream::redis
