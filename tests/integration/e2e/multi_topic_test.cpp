// Several topics in one stream, whatever brokers they live on.

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/sidecar.hpp"
#include "tests/support/harness/source.hpp"

namespace e2e {
namespace {

// Three topics on three brokers. Lanes: 100 x topic + partition.
class RedisAndKafkaTogether : public testing::Test {
 protected:
  RedisAndKafkaTogether() {
    for (const auto& kind : {"redis", "kafka3", "embedded"}) sources_.push_back(make_source(kind));
    sidecar_ = std::make_unique<Sidecar>(config());
    sources_[2]->attach(sidecar_->streams(), "/events/local_c");
  }

  Config config() const {
    Config config;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const std::string broker = "b" + std::to_string(i);
      config.connectors.push_back(broker + ": " + sources_[i]->connector());
      config.topics.push_back(std::string(names[i]) + ": { from: " + broker + ", " +
                              sources_[i]->log_keys() + " }");
    }
    config.topics.push_back("room: { path: \"/rooms/{id}\", from: b0, stream: \"room:{id}\" }");
    return config;
  }

  void append(std::size_t topic, int count) {
    std::vector<Input> inputs;
    for (int i = 0; i < count; ++i) {
      for (int p = 0; p < sources_[topic]->partitions(); ++p) {
        const int lane = static_cast<int>(topic) * 100 + p;
        inputs.push_back({.value = numbered(lane, written_[lane]++), .partition = p});
      }
    }
    sources_[topic]->append(inputs);
  }
  void append_all(int count) {
    for (std::size_t topic = 0; topic < 3; ++topic) append(topic, count);
  }

  using Lanes = std::map<int, std::int64_t>;
  // Takes `count` records; each has to be the next of its lane.
  void take(EventStream& stream, Lanes& seen, std::int64_t count) {
    for (; count > 0; --count) {
      const auto event = stream.record();
      const auto what = parse_numbered(event.data).value();
      ASSERT_EQ(what.number, seen[what.lane]++)
          << "lane " << what.lane << " at " << event.id.value_or("");
      ASSERT_TRUE(event.id);
    }
  }
  static std::int64_t total(const Lanes& lanes) {
    std::int64_t sum = 0;
    for (const auto& [lane, number] : lanes) sum += number;
    return sum;
  }

  static constexpr std::array<const char*, 3> names{"orders-a", "alerts_B", "local_c"};
  static constexpr const char* all = "/events?topic=orders-a&topic=alerts_B&topic=local_c";
  std::vector<std::unique_ptr<Source>> sources_;
  std::unique_ptr<Sidecar> sidecar_;
  Lanes written_;
};

TEST_F(RedisAndKafkaTogether, CarriesAllTopicsInOneStream) {
  EventStream stream(sidecar_->streams(), all);
  stream.control("stream-open");
  append_all(5);
  Lanes seen;
  take(stream, seen, total(written_));
  EXPECT_EQ(seen, written_);
}

TEST_F(RedisAndKafkaTogether, ResumesAllTopicsByOneId) {
  EventStream stream(sidecar_->streams(), all);
  std::string id = stream.control("stream-open").id.value();
  Lanes seen;
  std::mt19937 random(3);
  for (int round = 0; round < 25; ++round) {
    append_all(3);
    const auto open = total(written_) - total(seen);
    take(stream, seen, static_cast<std::int64_t>(random()) % (open + 1));
    // A stream that was dropped before its first block has taught the client nothing.
    if (!stream.last_id().empty()) id = stream.last_id();
    stream = EventStream::resume(sidecar_->streams(), all, id);
  }
  take(stream, seen, total(written_) - total(seen));
  EXPECT_EQ(seen, written_);
  EXPECT_TRUE(stream.is_silent(100ms));
}

TEST_F(RedisAndKafkaTogether, IgnoresTheOrderOfTopics) {
  EventStream stream(sidecar_->streams(), all);
  const auto id = stream.control("stream-open").id.value();
  append_all(2);
  auto other = EventStream::resume(sidecar_->streams(),
                                   "/events?topic=local_c&topic=orders-a&topic=alerts_B", id);
  Lanes seen;
  take(other, seen, total(written_));
}

TEST_F(RedisAndKafkaTogether, StartsTopicsThatTheIdDoesNotName) {
  append(1, 4);
  EventStream two(sidecar_->streams(), "/events?topic=orders-a&topic=local_c");
  const auto id = two.control("stream-open").id.value();
  append(0, 2);
  append(2, 2);
  auto three = EventStream::resume(sidecar_->streams(), all, id);
  Lanes seen;
  take(three, seen, 4);
  EXPECT_EQ(seen[0], 2);
  EXPECT_EQ(seen[200], 2);
  Lanes rest;
  for (int p = 0; p < 3; ++p) rest[100 + p] = 4;  // live
  append(1, 1);
  take(three, rest, 3);
}

TEST_F(RedisAndKafkaTogether, AppliesTheStartRuleToEachTopic) {
  append_all(5);
  EventStream whole(sidecar_->streams(), std::string(all) + "&from=earliest");
  Lanes seen;
  take(whole, seen, total(written_));
  EventStream tail(sidecar_->streams(), std::string(all) + "&tail=2");
  Lanes from_three;
  for (const auto& [lane, number] : written_) from_three[lane] = number - 2;
  take(tail, from_three, 2 * 5);
  EXPECT_EQ(from_three, written_);
}

TEST_F(RedisAndKafkaTogether, ReportsAGapInOneTopic) {
  append_all(10);
  EventStream stream(sidecar_->streams(), std::string(all) + "&from=earliest");
  stream.records(5);
  const auto id = stream.last_id();
  stream.drop();
  sources_[1]->trim(2, "9");
  auto again = EventStream::resume(sidecar_->streams(), all, id);
  bool told = false;
  Lanes seen;
  for (int left = 1; left > 0;) {
    const auto event = again.next();
    if (event.name == "stream-gap") {
      told = true;
      EXPECT_NE(event.data.find("alerts_B"), std::string::npos) << "which topic: " << event.data;
    } else if (!event.is_control()) {
      const auto what = parse_numbered(event.data).value();
      if (what.lane == 102) {
        EXPECT_TRUE(told) << "the notice comes before the records behind it";
        EXPECT_GE(what.number, 9);
      }
      ++seen[what.lane];
      left = seen[102] > 0 && seen[0] > 0 ? 0 : 1;
    }
  }
  EXPECT_TRUE(told);
}

TEST_F(RedisAndKafkaTogether, ResetsOnInvalidIds) {
  for (const auto* id : {"garbage", "42", "0.1~1.2", "~~", "orders-a", "orders-a.", "a.b.c"}) {
    SCOPED_TRACE(id);
    auto stream = EventStream::resume(sidecar_->streams(), all, id);
    EXPECT_NO_THROW(stream.control("stream-reset"));
  }
}

TEST_F(RedisAndKafkaTogether, RefusesInvalidTopicLists) {
  EXPECT_EQ(get(sidecar_->streams(), "/events?topic=orders-a&topic=nope").status, 404);
  EXPECT_EQ(get(sidecar_->streams(), "/events?topic=orders-a&topic=room").status, 404);
  EXPECT_EQ(get(sidecar_->streams(), "/events?topic=room").status, 404);
}

TEST_F(RedisAndKafkaTogether, ReadsADuplicateTopicOnce) {
  EventStream stream(sidecar_->streams(), "/events?topic=orders-a&topic=orders-a&topic=local_c");
  stream.control("stream-open");
  append(0, 2);
  Lanes seen;
  take(stream, seen, 2);
  EXPECT_TRUE(stream.is_silent(50ms));
}

}  // namespace
}  // namespace e2e
