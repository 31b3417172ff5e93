// Batches that are damaged on the broker's disk.
#include <fstream>

#include "tests/integration/connectors/kafka_refusals/refusals_fixture.hpp"

namespace sidestream::test {
namespace {

// Changes one byte of the batch that contains `text`.
void damage(const KafkaBroker& broker, const std::string& topic, const std::string& text) {
  const auto path = broker.folder() + "/log/" + topic + "-0/00000000000000000000.log";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto place = bytes.find(text);
  ASSERT_NE(place, std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(place));
  file.put('!');
  ASSERT_TRUE(file.flush().good());
}

std::vector<std::int64_t> offsets_of(const std::vector<Seen>& records) {
  std::vector<std::int64_t> offsets;
  for (const auto& record : records) offsets.push_back(record.offset.number());
  return offsets;
}

std::vector<std::int64_t> range_of(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> offsets;
  while (from < to) offsets.push_back(from++);
  return offsets;
}

// The losses say in one piece or several that offsets 10 to 19 are lost, and nothing else.
void expect_second_batch_lost(const std::vector<Loss>& losses) {
  ASSERT_FALSE(losses.empty());
  auto place = Offset::of(9);
  for (const auto& loss : losses) {
    EXPECT_EQ(loss.position, place);
    EXPECT_EQ(loss.lost, loss.resumed.number() - place.number() - 1);
    EXPECT_FALSE(loss.exact);
    place = loss.resumed.previous();
  }
  EXPECT_EQ(place, Offset::of(19));
}

}  // namespace

class KafkaCorruptBatch : public KafkaRefusals {
 protected:
  // Batches of 10 records each; returns the topic.
  std::string filled_topic(int batches) {
    auto topic = new_topic();
    for (int i = 0; i < batches; ++i) produce(topic, 10, "batch" + std::to_string(i) + "-");
    return topic;
  }
  // Reads up to `last`, in as many calls as are needed.
  void read_all(const std::string& topic, std::int64_t last) {
    Offset place;
    while (place < Offset::of(last)) {
      Range range{.log = topic, .after = place, .until = Offset::of(last)};
      range.on_loss = [this](const Loss& loss) { losses_.push_back(loss); };
      const auto deliver = [this](std::span<const Record> records) {
        for (const auto& record : records) seen_.emplace_back(record);
      };
      const auto reached = ask<Offset>([&](auto done) { connector().read(range, deliver, done); });
      if (reached.has_error() && reached.error() == Errc::refused) continue;  // asked again
      ASSERT_TRUE(reached.has_value()) << reached.error().message();
      ASSERT_GT(*reached, place);
      place = *reached;
    }
  }

  std::vector<Seen> seen_;
  std::vector<Loss> losses_;
};

TEST_F(KafkaCorruptBatch, IsALossInAReplayAndLaterRecordsFollow) {
  const auto topic = filled_topic(3);
  damage(cluster().first(), topic, "batch1-5");
  connect();
  read_all(topic, 29);
  auto expected = range_of(0, 10);
  for (const auto offset : range_of(20, 30)) expected.push_back(offset);
  EXPECT_EQ(offsets_of(seen_), expected);
  expect_second_batch_lost(losses_);
  EXPECT_GE(lines().count({"request refused", "replay", topic}), 1u);
  expect_over(Activity::replay, topic);
}

TEST_F(KafkaCorruptBatch, IsALossInAReplayWhenItIsTheLastOne) {
  const auto topic = filled_topic(2);
  damage(cluster().first(), topic, "batch1-5");
  connect();
  read_all(topic, 19);
  EXPECT_EQ(offsets_of(seen_), range_of(0, 10));
  expect_second_batch_lost(losses_);
}

TEST_F(KafkaCorruptBatch, IsALossForALiveReaderAndLaterRecordsFollow) {
  const auto topic = filled_topic(3);
  damage(cluster().first(), topic, "batch1-5");
  connect();
  RecordingSink sink;
  auto tail = connector().tail(topic, {Offset::of(9)}, sink);
  ASSERT_TRUE(sink.wait_records(10));
  EXPECT_EQ(offsets_of(sink.records()), range_of(20, 30));
  expect_second_batch_lost(sink.losses());
  expect_over(Activity::live, topic);
  EXPECT_GE(lines().count({"request refused", "live", topic}), 1u);
}

TEST_F(KafkaCorruptBatch, IsALossForALiveReaderWhenItIsTheLastOne) {
  const auto topic = filled_topic(2);
  damage(cluster().first(), topic, "batch1-5");
  connect();
  RecordingSink sink;
  auto tail = connector().tail(topic, {Offset::of(9)}, sink);
  ASSERT_TRUE(sink.wait([&] {
    return !sink.losses_now().empty() && sink.losses_now().back().resumed == Offset::of(20);
  }));
  produce(topic, 3, "later");
  ASSERT_TRUE(sink.wait_records(3));
  EXPECT_EQ(offsets_of(sink.records()), range_of(20, 23));
  expect_second_batch_lost(sink.losses());
}

}  // namespace sidestream::test
