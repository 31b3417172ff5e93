// Clients that drop and come back see each record once and in order.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

class Resume : public OnBroker {};
ON_EVERY_BROKER(Resume);

TEST_P(Resume, ContinuesAfterTheLastRecord) {
  Stage stage(GetParam());
  auto stream = stage.live();
  Ledger ledger(stage.partitions());
  stage.append(10);
  ledger.read(stream, stage.written());
  const auto id = stream.last_id();
  stream.drop();
  stage.append(10);
  auto again = stage.resume(id);
  ledger.read(again, stage.written());
  stage.append(10);
  ledger.read(again, stage.written());
}

TEST_P(Resume, WorksFromEveryRecord) {
  Stage stage(GetParam());
  stage.append(6);
  auto whole = stage.open("from=earliest");
  std::vector<Event> events = whole.records(static_cast<std::size_t>(6 * stage.partitions()));
  for (std::size_t i = 0; i < events.size(); ++i) {
    Ledger ledger(stage.partitions());
    for (std::size_t seen = 0; seen <= i; ++seen) ledger.record(events[seen]);
    auto stream = stage.resume(events[i].id.value());
    ledger.read(stream, stage.written());
  }
}

TEST_P(Resume, LosesNothingWhenDroppedBeforeTheFirstRecord) {
  Stage stage(GetParam());
  stage.append(3);
  auto stream = stage.live();
  auto id = stream.last_id();
  stream.drop();
  for (int round = 0; round < 4;
       ++round) {  // several drops in a row, nothing seen but the first block
    auto again = stage.resume(id);
    id = again.next().id.value();
  }
  stage.append(2);
  auto last = stage.resume(id);
  Ledger(stage.partitions(), 3).read(last, stage.written());
}

TEST_P(Resume, LosesNothingWhenDroppedUnderLoad) {
  Stage stage(GetParam(), {.topic = "log: 32KiB"});
  auto stream = stage.live();
  Ledger ledger(stage.partitions());
  std::mt19937 random(7);
  std::string id = stream.last_id();
  for (int round = 0; round < 40; ++round) {
    stage.append(10, 50);
    const int take = static_cast<int>(random() % 12);
    for (int i = 0; i < take; ++i) {
      const auto event = stream.record();
      ledger.record(event);
      id = event.id.value();
    }
    if (random() % 2) {
      stream.drop();
    } else {
      stream.socket().reset();
    }
    stream = stage.resume(id);
  }
  ledger.read(stream, stage.written());
  EXPECT_TRUE(stream.is_silent(100ms));
}

TEST_P(Resume, ReplaysOldIdsFromTheBroker) {
  Stage stage(GetParam(), {.topic = "log: 16KiB"});
  auto live = stage.live();
  const auto id = live.last_id();
  stage.append(2000 / stage.partitions(), 100);
  Ledger watching(stage.partitions());
  watching.read(live, stage.written());  // now the log has retired most of it
  auto stream = stage.resume(id);
  EXPECT_EQ(stream.control("stream-open").field("start"), "\"resume\"");
  Ledger ledger(stage.partitions());
  ledger.read(stream, stage.written());
  stage.append(5);
  ledger.read(stream, stage.written());
}

TEST_P(Resume, SendsCatchUpAndLiveOnceInOrder) {
  Stage stage(GetParam(), {.topic = "log: 16KiB"});
  stage.append(600 / stage.partitions(), 100);
  auto stream = stage.open("from=earliest");
  std::vector<std::string> story;
  std::int64_t records = 0;
  const auto all = stage.written()[0] * stage.partitions();
  while (records < all || stream.count_of("stream-live") == 0) {
    const auto event = stream.next();
    if (event.is_control()) {
      story.push_back(event.name);
      if (event.name == "stream-live") {
        EXPECT_EQ(records, all) << "stream-live comes after the last replayed record";
      }
    } else {
      ++records;
    }
  }
  EXPECT_EQ(story, (std::vector<std::string>{"stream-open", "stream-catch-up", "stream-live"}));
  stage.append(10);
  for (int i = 0; i < 10 * stage.partitions(); ++i) stream.record();
  EXPECT_EQ(stream.count_of("stream-catch-up"), 1);
  EXPECT_EQ(stream.count_of("stream-live"), 1);
}

TEST_P(Resume, SendsALongLogOverOneConnection) {
  Stage stage(GetParam(), {.topic = "log: 64KiB"});
  // POSTs are slower than a broker's own producers.
  const int all = sanitized || GetParam() == "embedded" ? 8'000 : 60'000;
  const int each = all / stage.partitions();
  stage.append(each, 20);
  auto stream =
      stage.resume(GetParam() == "embedded" ? stage.id_after(1) : stage.source().id_before_all());
  Ledger ledger(stage.partitions(), 0);
  if (GetParam() == "embedded") ledger = Ledger(1, 1);
  ledger.read(stream, stage.written(), 60s * patience);
}

TEST_P(Resume, SendsTheSameDataWithoutControlEvents) {
  Stage stage(GetParam(), {.topic = "control_events: false, log: 16KiB"});
  stage.append(300 / stage.partitions(), 100);
  auto stream = stage.open("from=earliest");
  Ledger ledger(stage.partitions());
  ledger.read(stream, stage.written());
  EXPECT_TRUE(stream.controls().empty());
  auto again = stage.resume(stage.id_after(5));
  Ledger(stage.partitions(), 5).read(again, stage.written());
  EXPECT_TRUE(again.controls().empty());
}

TEST_P(Resume, MissesNothingWhenStartedUnderLoad) {
  Stage stage(GetParam());
  std::atomic<bool> done{false};
  // The writer is a thread of its own, so that joins fall anywhere between its records.
  std::thread writer([&] {
    for (int i = 0; i < 60; ++i) stage.append(5);
    done = true;
  });
  std::vector<EventStream> readers;
  std::vector<std::string> firsts;
  while (!done) {
    readers.push_back(stage.open());
    firsts.push_back(readers.back().next().id.value());
    if (readers.size() >= 200) break;
  }
  writer.join();
  ASSERT_FALSE(readers.empty());
  for (std::size_t i = 0; i < readers.size(); i += 7) {
    // Where a stream began is written in its first block: what came after that must all be there.
    std::vector<std::int64_t> next(static_cast<std::size_t>(stage.partitions()));
    const auto offsets = offsets_of(firsts[i], stage.partitions());
    for (int p = 0; p < stage.partitions(); ++p) {
      auto& n = next[static_cast<std::size_t>(p)];
      while (n < stage.written()[0] &&
             !offset_less(offsets[static_cast<std::size_t>(p)], stage.offset(p, n)))
        ++n;
    }
    std::int64_t left = 0;
    for (int p = 0; p < stage.partitions(); ++p)
      left += stage.written()[0] - next[static_cast<std::size_t>(p)];
    for (; left > 0; --left) {
      const auto event = readers[i].record();
      const auto what = parse_numbered(event.data).value();
      EXPECT_EQ(what.number, next[static_cast<std::size_t>(what.lane)]++);
    }
    EXPECT_TRUE(readers[i].is_silent(0ms));
  }
}

TEST(KafkaHoles, SendsNoGapForTransactionMarkers) {
  const auto topic = unique_name("holes");
  KafkaClient admin(shared_kafka());
  admin.create_topic(topic, 1);
  KafkaClient writer(shared_kafka(), {{"transactional.id", topic}});
  const auto transaction = [&](int first, int count, bool keep) {
    writer.begin();
    std::vector<KafkaRecord> records;
    for (int i = first; i < first + count; ++i)
      records.push_back({0, keep ? numbered(0, i) : "aborted"});
    writer.produce(topic, records);
    keep ? writer.commit() : writer.abort();
  };
  transaction(0, 3, true);   // 0 1 2, marker 3
  transaction(0, 4, false);  // 4-7 aborted, marker 8
  transaction(3, 2, true);   // 9 10, marker 11
  transaction(0, 2, false);  // 12 13, marker 14
  ASSERT_TRUE(eventually([&] { return admin.watermarks(topic, 0).second == 15; }));
  Sidecar sidecar(
      {.server = {"heartbeat: 200ms"},
       .connectors = {"k: { kafka: { bootstrap.servers: \"" + shared_kafka() + "\" } }"},
       .topics = {"t: { from: k, topic: " + topic + " }"}});
  // A resume at and inside every hole.
  for (int at = -1; at <= 14; ++at) {
    SCOPED_TRACE(at);
    const int first = at < 0 ? 0 : at < 2 ? at + 1 : at < 9 ? 3 : at < 10 ? 4 : 5;
    auto stream =
        EventStream::resume(sidecar.streams(), "/events/t", at < 0 ? "0.-1" : std::to_string(at));
    Ledger(1, first).read(stream, {5});
    EXPECT_EQ(stream.count_of("stream-gap") + stream.count_of("stream-reset"), 0);
  }
  // The cursor passes what is never sent, so that it does not fall out of retention.
  auto stream = EventStream::resume(sidecar.streams(), "/events/t", "10");
  const auto cursor = stream.control("stream-cursor");
  EXPECT_EQ(cursor.id, "14");
  EXPECT_EQ(cursor.data, "{}");
  transaction(5, 1, true);
  Ledger(1, 5).read(stream, {6});
  admin.delete_topic(topic);
}

TEST(KafkaHoles, SendsNoGapForCompaction) {
  const auto topic = unique_name("compact");
  KafkaClient client(shared_kafka());
  client.create_topic(topic, 1,
                      {{"cleanup.policy", "compact"},
                       {"segment.ms", "100"},
                       {"min.cleanable.dirty.ratio", "0.01"}});
  // Bursts of one key, until the cleaner has taken all but the last of the early ones.
  // Each time a new sidecar: one that runs may well serve what it read before the cleaner came.
  const auto new_sidecar = [&] {
    return std::make_unique<Sidecar>(
        Config{.connectors = {"k: { kafka: { bootstrap.servers: \"" + shared_kafka() + "\" } }"},
               .topics = {"t: { from: k, topic: " + topic + " }"}});
  };
  int written = 0;
  const auto compacted = [&] {
    std::vector<KafkaRecord> burst;
    for (int i = 0; i < 10; ++i) burst.push_back({0, numbered(0, written++), "key"});
    client.produce(topic, burst);
    const auto sidecar = new_sidecar();
    EventStream stream(sidecar->streams(), "/events/t", {{"Last-Event-ID", "0.-1"}});
    return parse_numbered(stream.record().data).value().number > 0;
  };
  ASSERT_TRUE(eventually(compacted, 60s * patience, 300ms));
  const auto sidecar = new_sidecar();
  EventStream stream = EventStream::resume(sidecar->streams(), "/events/t", "3");
  std::int64_t last = 3;
  while (last < written - 1) {
    const auto number = parse_numbered(stream.record().data).value().number;
    EXPECT_GT(number, last);
    last = number;
  }
  EXPECT_EQ(stream.count_of("stream-gap"), 0);
  client.delete_topic(topic);
}

}  // namespace
}  // namespace e2e
