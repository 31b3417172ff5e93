// What the broker no longer has is told before anything else is sent, with exact figures; what
// can't be understood is told as a reset. Never a silent jump, never a silent replay.

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Gap : public OnBroker {};
ON_KINDS(Gap, shared_kinds());

struct Lost {
  std::string requested, resumed, lost;
};

std::map<int, Lost> losses(const Event& gap) {
  std::map<int, Lost> result;
  const auto json = boost::json::parse(gap.data);
  for (const auto& entry : json.at("partitions").as_array()) {
    const auto text = [&](const char* name) {
      const auto* value = entry.as_object().if_contains(name);
      if (!value) return std::string("(absent)");
      return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
    };
    const auto partition = static_cast<int>(entry.at("partition").to_number<std::int64_t>());
    result[partition] = {text("requested"), text("resumed"), text("lost")};
  }
  return result;
}

// Redis can't count what it has trimmed, so its figure may be null.
void expect_loss(const Lost& lost, const std::string& kind, const std::string& requested,
                 const std::string& resumed, int count) {
  EXPECT_EQ(lost.requested, requested);
  EXPECT_EQ(lost.resumed, resumed);
  if (kind == "redis") {
    EXPECT_TRUE(lost.lost == "null" || lost.lost == std::to_string(count)) << lost.lost;
  } else {
    EXPECT_EQ(lost.lost, std::to_string(count));
  }
}

TEST_P(Gap, SendsTheGapBeforeAnyRecord) {
  Stage stage(GetParam());
  stage.append(100);
  const auto id = stage.id_after(10);
  for (int p = 0; p < stage.partitions(); ++p) {
    if (p % 2 == 0) stage.source().trim(p, stage.offset(p, 80));
  }
  auto stream = stage.resume(id);
  const auto open = stream.next();
  EXPECT_EQ(open.name, "stream-open");
  EXPECT_EQ(open.id.value_or(id), id) << "no id before the notice lies beyond the gap";
  const auto gap = stream.next();
  ASSERT_EQ(gap.name, "stream-gap") << gap.data;
  EXPECT_EQ(gap.field("reason"), "\"retention\"");
  const auto lost = losses(gap);
  Ledger ledger(stage.partitions(), 10);
  std::vector<std::int64_t> next(static_cast<std::size_t>(stage.partitions()), 10);
  for (int p = 0; p < stage.partitions(); p += 2) {
    ASSERT_TRUE(lost.contains(p)) << gap.data;
    expect_loss(lost.at(p), GetParam(), stage.offset(p, 9), stage.offset(p, 80), 70);
    next[static_cast<std::size_t>(p)] = 80;
  }
  EXPECT_EQ(lost.size(), static_cast<std::size_t>((stage.partitions() + 1) / 2));
  for (std::int64_t left = stage.partitions() * 100 -
                           [&] {
                             std::int64_t sum = 0;
                             for (const auto n : next) sum += n;
                             return sum;
                           }();
       left > 0; --left) {
    const auto what = parse_numbered(stream.record().data).value();
    ASSERT_EQ(what.number, next[static_cast<std::size_t>(what.lane)]++);
  }
}

TEST_P(Gap, SendsTheGapOnce) {
  Stage stage(GetParam());
  stage.append(20);
  const auto id = stage.id_after(3);
  for (int p = 0; p < stage.partitions(); ++p) stage.source().trim(p, stage.offset(p, 15));
  auto stream = stage.resume(id);
  const auto gap = stream.control("stream-gap");
  ASSERT_TRUE(gap.id);
  auto again = stage.resume(*gap.id);
  Ledger(stage.partitions(), 15).read(again, stage.written());
}

TEST_P(Gap, SendsTheGapAgainWhenItWasCut) {
  Stage stage(GetParam());
  stage.append(20);
  auto id = stage.id_after(3);
  for (int p = 0; p < stage.partitions(); ++p) stage.source().trim(p, stage.offset(p, 15));
  for (int round = 0; round < 3; ++round) {
    auto stream = stage.resume(id);
    id = stream.next().id.value_or(id);  // stream-open, then the line is cut
  }
  auto stream = stage.resume(id);
  EXPECT_NO_THROW(stream.control("stream-gap"));
}

TEST_P(Gap, SendsNoGapAtTheEdgeOfRetention) {
  Stage stage(GetParam());
  stage.append(20);
  for (int p = 0; p < stage.partitions(); ++p) stage.source().trim(p, stage.offset(p, 10));
  auto at_edge = stage.resume(stage.id_after(10));
  Ledger(stage.partitions(), 10).read(at_edge, stage.written());
  auto one_before = stage.resume(stage.id_after(9));
  const auto lost = losses(one_before.control("stream-gap"));
  expect_loss(lost.at(0), GetParam(), stage.offset(0, 8), stage.offset(0, 10), 1);
}

TEST_P(Gap, SendsAGapWhenTheLogIsEmpty) {
  Stage stage(GetParam());
  stage.append(20);
  const auto id = stage.id_after(10);
  for (int p = 0; p < stage.partitions(); ++p) {
    stage.source().trim(p, offset_after(stage.offset(p, 19)));
  }
  auto stream = stage.resume(id);
  stream.control("stream-gap");
  stage.append(3);
  Ledger(stage.partitions(), 20).read(stream, stage.written());
}

TEST_P(Gap, IsTheSameOnAllReplicas) {
  Stage stage(GetParam());
  stage.append(20);
  auto live = stage.live();  // the first instance holds all of the log that is to come
  stage.append(20);
  Ledger(stage.partitions(), 20).read(live, stage.written());
  const auto id = stage.id_after(25);
  for (int p = 0; p < stage.partitions(); ++p) stage.source().trim(p, stage.offset(p, 30));
  // The replica has nothing in memory: it must tell. The first may still have it all in its topic
  // log.
  auto there = EventStream::resume(stage.replica().streams(), Stage::path, id);
  expect_loss(losses(there.control("stream-gap")).at(0), GetParam(), stage.offset(0, 24),
              stage.offset(0, 30), 5);
  Ledger(stage.partitions(), 30).read(there, stage.written());
  auto here = stage.resume(id);
  Ledger ledger(stage.partitions(), 25);
  const auto second = [&] {
    const auto event = here.next();
    return event.name == "stream-open" ? here.next() : event;
  }();
  if (second.name == "stream-gap") {
    Ledger(stage.partitions(), 30).read(here, stage.written());
  } else {
    if (!second.is_control()) ledger.record(second);
    ledger.read(here, stage.written());
  }
}

TEST_P(Gap, ResetsOnInvalidIds) {
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

TEST_P(Gap, StartsEarliestAfterAReset) {
  Stage stage(GetParam(), {.topic = "on_reset: earliest"});
  stage.append(5);
  auto stream = stage.resume("garbage");
  const auto reset = stream.control("stream-reset");
  Ledger(stage.partitions()).read(stream, stage.written());
  ASSERT_TRUE(reset.id);
  auto again = stage.resume(*reset.id);
  Ledger(stage.partitions()).read(again, stage.written());
}

TEST_P(Gap, ResetsOnAnIdBeyondTheEnd) {
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

TEST_P(Gap, ResetsOnAnIdOfAnotherFormat) {
  Stage stage(GetParam());
  stage.append(5);
  auto stream = stage.resume(GetParam() == "redis" ? "3" : "1526919030474-55");
  EXPECT_NO_THROW(stream.control("stream-reset"));
  auto wide = stage.resume("0.1~1.1~2.1~3.1~4.1~5.1~6.1~7.1~8.1~9.1~10.1~11.1~12.1");
  EXPECT_NO_THROW(wide.control("stream-reset")) << "more partitions than there are";
}

TEST_P(Gap, ResetsWhenARecreatedLogIsShorter) {
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

TEST_P(Gap, ResetsOpenStreamsWhenTheLogIsRecreated) {
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
TEST_P(Gap, DoesNotSendTheOldGenerationAfterADeletion) {
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

// --- what is peculiar to one broker
// ------------------------------------------------------------------

// The ids of Redis grow over lives: the one from before lies among those of the new one.
TEST(RedisGap, ResetsOnAnIdOfAnOldGeneration) {
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

TEST(RedisGap, SendsAGapWhenABurstTrimsPastTheTail) {
  Stage stage("redis", {.topic = "log: 16KiB"});
  auto stream = stage.live();
  stage.append(5);
  Ledger(1).read(stream, stage.written());
  // One MULTI: the tail can't see what is trimmed before it wakes.
  RedisClient client(shared_redis().address());
  const auto name = stage.source().log();
  std::vector<std::vector<std::string>> burst{{"MULTI"}};
  for (int i = 0; i < 50; ++i)
    burst.push_back({"XADD", name, "MAXLEN", "10", "*", "data", numbered(0, 5 + i)});
  burst.push_back({"EXEC"});
  client.pipeline(burst);
  const auto gap = stream.control("stream-gap");
  EXPECT_EQ(losses(gap).at(0).requested, stage.offset(0, 4));
  for (int i = 45; i < 55; ++i) {
    EXPECT_EQ(parse_numbered(stream.record().data).value().number, i);
  }
}

TEST(RedisGap, ResetsWhenTheLastIdGoesBack) {
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

TEST(EmbeddedGap, CountsRecordsBeyondRetention) {
  TempDir folder;
  Stage stage("embedded", {.topic = "log: 4KiB",
                           .connector = "{ embedded: { path: \"" + folder.file("log.db") +
                                        "\", retention: { records: 50 } } }"});
  stage.append(200);
  // How far retention has come is seen from where `earliest` starts.
  std::int64_t first = 0;
  ASSERT_TRUE(eventually([&] {
    first = parse_numbered(stage.open("from=earliest").record().data).value().number;
    return first >= 100;
  }));
  auto stream = stage.resume(stage.id_after(10));
  const auto gap = stream.control("stream-gap");
  const auto lost = losses(gap).at(0);
  EXPECT_EQ(lost.requested, stage.offset(0, 9));
  EXPECT_EQ(std::stoll(lost.lost), std::stoll(lost.resumed) - std::stoll(lost.requested) - 1);
  EXPECT_GE(lost.resumed, stage.offset(0, first));
  Ledger(1, 10 + std::stoll(lost.lost)).read(stream, stage.written());
}

TEST(EmbeddedGap, ResetsOnInvalidAndFutureIds) {
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

TEST(EmbeddedGap, ResetsOnIdsFromBeforeARestart) {
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
