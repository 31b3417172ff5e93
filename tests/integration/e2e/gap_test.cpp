// A reader whose next records are gone gets a stream-gap with exact figures before any record.

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

}  // namespace
}  // namespace e2e
