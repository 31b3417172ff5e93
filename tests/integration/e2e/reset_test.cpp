// A reader whose id can't be used, or whose log was recreated, gets a stream-reset: it never jumps
// and never receives the same records again without notice.

#include <gtest/gtest.h>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Reset : public OnBroker {};
ON_KINDS(Reset, shared_kinds());

TEST_P(Reset, SentOnInvalidIds) {
  Stage stage(GetParam());
  stage.append(5);
  const std::string valid = stage.id_after(3);
  std::vector<std::string> ids{"garbage",
                               "-1",
                               "1.",
                               ".",
                               "~",
                               "0.",
                               "0.1~",
                               "1~2",
                               "x.1",
                               "0.x",
                               "99999999999999999999999999",
                               "0.99999999999999999999999",
                               "-5",
                               "--",
                               "1-2-3",
                               "0.1~0.2",
                               "0.1~2.1",
                               "1.1",
                               "5-",
                               "-5-1",
                               valid + "~",
                               valid + ".",
                               valid + "x",
                               "18446744073709551616-0",
                               "9223372036854775808",
                               "%00",
                               "a b",
                               "0x10",
                               "1e3",
                               std::string(5000, '1'),
                               "é"};
  for (const auto& id : ids) {
    SCOPED_TRACE(id.substr(0, 60));
    auto stream = stage.open("lastEventId=" + url_encode(id));
    const auto open = stream.next();
    const auto reset = open.name == "stream-reset" ? open : stream.next();
    ASSERT_EQ(reset.name, "stream-reset") << reset.data;
    EXPECT_NE(reset.field("reason"), "");
    stream.drop();
  }
  // After a reset the topic's rule holds: live by default.
  auto stream = stage.resume("garbage");
  stream.control("stream-reset");
  stage.append(2);
  Ledger(stage.partitions(), 5).read(stream, stage.written());
}

TEST_P(Reset, StartsEarliestAfterAReset) {
  Stage stage(GetParam(), {.topic = "on_reset: earliest"});
  stage.append(5);
  auto stream = stage.resume("garbage");
  const auto reset = stream.control("stream-reset");
  Ledger(stage.partitions()).read(stream, stage.written());
  ASSERT_TRUE(reset.id);
  auto again = stage.resume(*reset.id);
  Ledger(stage.partitions()).read(again, stage.written());
}

TEST_P(Reset, SentOnAnIdBeyondTheEnd) {
  Stage stage(GetParam());
  stage.append(5);
  std::vector<std::string> offsets;
  for (int p = 0; p < stage.partitions(); ++p) offsets.push_back(stage.offset(p, 4));
  offsets.back() =
      GetParam() == "redis" ? "9" + offsets.back() : std::to_string(std::stoll(offsets.back()) + 1);
  auto stream = stage.resume(id_of(offsets));
  stream.control("stream-reset");
  stage.append(1);
  Ledger(stage.partitions(), 5).read(stream, stage.written());
}

TEST_P(Reset, SentOnAnIdOfAnotherFormat) {
  Stage stage(GetParam());
  stage.append(5);
  auto stream = stage.resume(GetParam() == "redis" ? "3" : "1526919030474-55");
  EXPECT_NO_THROW(stream.control("stream-reset"));
  auto wide = stage.resume("0.1~1.1~2.1~3.1~4.1~5.1~6.1~7.1~8.1~9.1~10.1~11.1~12.1");
  EXPECT_NO_THROW(wide.control("stream-reset")) << "more partitions than there are";
}

TEST_P(Reset, SentWhenARecreatedLogIsShorter) {
  Stage stage(GetParam());
  stage.append(20);
  const auto id = stage.id_after(15);
  stage.source().recreate();
  auto stream = stage.resume(id);
  bool told = false;
  while (!told) {
    const auto event = stream.next(20s * patience);
    ASSERT_TRUE(event.is_control());
    told = is_notice(event);
  }
  stage.append(1);
  EXPECT_EQ(parse_numbered(stream.record(20s * patience).data).value().number, 20);
}

TEST_P(Reset, SentToOpenStreamsWhenTheLogIsRecreated) {
  Stage stage(GetParam());
  auto stream = stage.live();
  stage.append(20);
  Ledger(stage.partitions()).read(stream, stage.written());
  stage.source().recreate();
  stage.append(3);
  Event event = stream.next(30s * patience);
  while (!is_notice(event)) {
    ASSERT_TRUE(event.is_control()) << "a record of the new life without a word: " << event.data;
    event = stream.next(30s * patience);
  }
  const auto what = parse_numbered(stream.record().data).value();
  EXPECT_EQ(what.number, 20);
}

// Until the tail has seen that the log is another one, the topic log is of the former life, but the
// answers to who comes are of the new one: no position of the one is a place in the other.
TEST_P(Reset, DoesNotSendTheOldGenerationAfterADeletion) {
  Stage stage(GetParam());
  auto stream = stage.live();
  stage.append(5);
  Ledger(stage.partitions()).read(stream, stage.written());
  stage.source().recreate();
  auto live = stage.open();
  auto reset = stage.resume("garbage");
  for (auto* reader : {&live, &reset}) {
    // Their start may be known only after some of these were written.
    std::optional<Event> event;
    for (const Deadline deadline(20s * patience); !event || event->is_control();) {
      ASSERT_FALSE(deadline.passed());
      stage.append(1);
      event = reader->maybe_next(100ms);
    }
    EXPECT_GE(parse_numbered(event->data).value().number, 5);
  }
}

// The ids of Redis grow over lives: the one from before lies among those of the new one.

TEST(RedisReset, SentOnAnIdOfAnOldGeneration) {
  Stage stage("redis");
  auto stream = stage.live();
  stage.append(5);
  Ledger(1).read(stream, stage.written());
  stage.source().recreate();
  stage.append(3);
  Event event = stream.next(30s * patience);
  while (!is_notice(event)) event = stream.next(30s * patience);
  auto again = stage.resume(stage.id_after(5));
  event = again.next();
  while (!is_notice(event)) {
    ASSERT_TRUE(event.is_control()) << "a record of the new life without a word: " << event.data;
    event = again.next();
  }
}

TEST(RedisReset, SentWhenTheLastIdGoesBack) {
  Stage stage("redis");
  auto stream = stage.live();
  stage.append(5);
  Ledger(1).read(stream, stage.written());
  RedisClient client(shared_redis().address());
  const auto name = stage.source().log();
  client.command({"XTRIM", name, "MAXLEN", "0"});
  client.command({"XSETID", name, "5-0"});
  client.command({"XADD", name, "6-0", "data", "new life"});
  Event event = stream.next();
  while (!is_notice(event)) event = stream.next();
  EXPECT_EQ(event.name, "stream-reset");
  // Redis counts what was added in both lives, so a gap may follow: see XINFO STREAM,
  // entries-added.
  do event = stream.next();
  while (event.is_control());
  EXPECT_EQ(event.data, "new life");
  EXPECT_EQ(stream.last_id(), "6-0");
}

TEST(EmbeddedReset, SentOnInvalidAndFutureIds) {
  Stage stage("embedded");
  stage.append(5);
  const auto beyond = std::to_string(std::stoll(stage.offset(0, 4)) + 1);
  for (const auto& id : std::vector<std::string>{"garbage", "-1", "1-1", "0.1~1.1", beyond,
                                                 "9223372036854775807", "9223372036854775808"}) {
    SCOPED_TRACE(id);
    auto stream = stage.resume(id);
    EXPECT_NO_THROW(stream.control("stream-reset"));
  }
}

TEST(EmbeddedReset, SentOnIdsFromBeforeARestart) {
  Stage stage("embedded", {.connector = "{ embedded: {} }"});
  auto stream = stage.live();
  stage.append(5);
  Ledger(1).read(stream, stage.written());
  const auto id = stream.last_id();
  stage.sidecar().kill_and_start();
  auto again = stage.resume(id);
  Event event = again.next();
  while (!is_notice(event)) event = again.next();
  stage.append(1);
  EXPECT_EQ(parse_numbered(again.record().data).value().number, 5);
}

}  // namespace
}  // namespace e2e
