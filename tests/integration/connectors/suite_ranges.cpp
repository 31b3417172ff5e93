// Extents, ranges, and finding positions by time and count.
#include <chrono>

#include "tests/integration/connectors/suite.hpp"

namespace sidestream::test {
namespace {

using Offsets = std::vector<Offset>;

Offsets slice(const Offsets& all, std::size_t from, std::size_t to) {
  return {all.begin() + static_cast<std::ptrdiff_t>(from),
          all.begin() + static_cast<std::ptrdiff_t>(to)};
}

}  // namespace

TEST_P(ConnectorSuite, AnswersAnEmptyExtentForAnEmptyLog) {
  const auto log = new_log();
  const auto held = extent(log);
  ASSERT_EQ(held.partitions.size(), 1u);
  EXPECT_TRUE(held.unknown.empty());
  EXPECT_EQ(held.partitions[0].first, held.partitions[0].last.next());
  EXPECT_EQ(held.partitions[0].floor, held.partitions[0].last);
}

TEST_P(ConnectorSuite, AnswersAnEmptyExtentOrNoSuchLogWhenALogIsMissing) {
  const auto log = new_log() + "-missing";
  const auto query = [&] {
    return ask<LogExtent>([&](auto done) { connector().extent(log, done); });
  };
  if (!broker().creates_logs()) {
    EXPECT_EQ(query().error(), Errc::no_such_log);
    broker().create_log(log);
    ASSERT_TRUE(eventually([&] { return query().has_value(); }));
  }
  const auto held = query().value().partitions.at(0);
  EXPECT_EQ(held.first, held.last.next());
}

TEST_P(ConnectorSuite, AnswersTheFirstAndLastRecordAsExtent) {
  const auto log = new_log();
  const auto empty = only_extent(log);
  const auto offsets = append(log, 10);
  const auto held = only_extent(log);
  EXPECT_EQ(held.first, offsets.front());
  EXPECT_EQ(held.last, offsets.back());
  EXPECT_LE(held.floor, empty.last) << "a reader from before the first record has lost nothing";
}

TEST_P(TrimSuite, AnswersTheFloorOfATrimmedLog) {
  const auto log = new_log();
  const auto offsets = append(log, 10);
  broker().trim(log, 0, offsets[6]);
  const auto held = extent(log);
  EXPECT_EQ(held.partitions[0].first, offsets[6]);
  EXPECT_EQ(held.partitions[0].last, offsets[9]);
  EXPECT_GE(held.partitions[0].floor, offsets[5]);
  EXPECT_LT(held.partitions[0].floor, offsets[6]);
  if (held.dense) {
    EXPECT_EQ(held.partitions[0].floor, offsets[5]);
  }
}

TEST_P(TrimSuite, KeepsTheEndOfALogTrimmedToNothing) {
  const auto log = new_log();
  const auto offsets = append(log, 10);
  broker().trim(log, 0, offsets.back().next());
  const auto held = only_extent(log);
  EXPECT_EQ(held.last, offsets.back());
  EXPECT_EQ(held.first, held.last.next());
  EXPECT_EQ(held.floor, held.last);
  EXPECT_GT(append(log, 1).front(), offsets.back()) << "offsets are never reused";
}

TEST_P(ConnectorSuite, ReadsARangeExactly) {
  const auto log = new_log();
  const auto start = only_extent(log).last;
  const auto offsets = append(log, 10);

  const auto middle = read({.log = log, .after = offsets[2], .until = offsets[6]});
  EXPECT_EQ(middle.through.value(), offsets[6]);
  EXPECT_EQ(offsets_of(middle.records), slice(offsets, 3, 7));
  EXPECT_EQ(values_of(middle.records), (std::vector<std::string>{"v3", "v4", "v5", "v6"}));

  const auto whole = read({.log = log, .after = start, .until = offsets[9]});
  EXPECT_EQ(whole.through.value(), offsets[9]);
  EXPECT_EQ(offsets_of(whole.records), offsets);

  const auto last = read({.log = log, .after = offsets[8], .until = offsets[9]});
  EXPECT_EQ(last.through.value(), offsets[9]);
  EXPECT_EQ(offsets_of(last.records), slice(offsets, 9, 10));
}

TEST_P(ConnectorSuite, ReadsARangePageByPage) {
  const auto log = new_log();
  auto after = only_extent(log).last;
  const auto offsets = append(log, 10);
  Offsets seen;
  while (after < offsets.back()) {
    const auto page = read({.log = log, .after = after, .until = offsets.back(), .max_records = 3});
    ASSERT_LE(page.records.size(), 3u);
    ASSERT_GT(page.through.value(), after);
    if (!page.records.empty()) {
      ASSERT_GE(page.through.value(), page.records.back().offset);
    }
    for (const auto& record : page.records) seen.push_back(record.offset);
    after = page.through.value();
  }
  EXPECT_EQ(seen, offsets);
}

TEST_P(ConnectorSuite, EndsAPageAfterTheRecordThatExceedsTheByteLimit) {
  const auto log = new_log();
  const auto start = only_extent(log).last;
  const auto offsets = append_values(log, std::vector<std::string>(6, std::string(10'000, 'x')));
  const auto page = read({.log = log, .after = start, .until = offsets[5], .max_bytes = 25'000});
  EXPECT_EQ(offsets_of(page.records), slice(offsets, 0, 3));
  EXPECT_EQ(page.through.value(), offsets[2]);

  const auto one = read({.log = log, .after = start, .until = offsets[5], .max_bytes = 1});
  EXPECT_EQ(offsets_of(one.records), slice(offsets, 0, 1)) << "a page makes progress";
}

TEST_P(ConnectorSuite, ReadsALongLogInManyPages) {
  const auto log = new_log();
  const auto start = only_extent(log).last;
  const auto offsets = append(log, 10'000);
  EXPECT_EQ(offsets_of(read_all(log, start, offsets.back())), offsets);
}

TEST_P(TrimSuite, AnswersGoneForATrimmedRange) {
  const auto log = new_log();
  const auto offsets = append(log, 10);
  broker().trim(log, 0, offsets[5]);
  const auto lost = read({.log = log, .after = offsets[2], .until = offsets[9]});
  EXPECT_EQ(lost.through.error(), Errc::gone);
  EXPECT_TRUE(lost.records.empty());

  const auto kept = read({.log = log, .after = only_extent(log).floor, .until = offsets[9]});
  EXPECT_EQ(kept.through.value(), offsets[9]);
  EXPECT_EQ(offsets_of(kept.records), slice(offsets, 5, 10));
}

TEST_P(ConnectorSuite, AnswersGoneForARangeBeyondTheEnd) {
  const auto log = new_log();
  const auto offsets = append(log, 3);
  Offset beyond = offsets.back();
  for (int i = 0; i < 100; ++i) beyond = beyond.next();
  EXPECT_EQ(read({.log = log, .after = offsets.back(), .until = beyond}).through.error(),
            Errc::gone);
}

TEST_P(ConnectorSuite, LocatesAPositionByTime) {
  const auto log = new_log();
  const auto start = only_extent(log).last;
  const auto old = append(log, 3, "old");
  const auto stamp = [&](Offset after, Offset until) {
    return read({.log = log, .after = after, .until = until}).records.at(0).timestamp;
  };
  const auto before = stamp(old[1], old[2]);
  // Timestamps are the broker's, so the second batch must come in a later millisecond.
  ASSERT_TRUE(eventually(
      [&] { return std::chrono::system_clock::now() > before + std::chrono::milliseconds(3); }));
  const auto fresh = append(log, 3, "new");
  const auto locate = [&](Timestamp time) {
    return ask<Position>([&](auto done) { connector().locate(log, time, done); }).value().at(0);
  };
  EXPECT_EQ(locate(stamp(old[2], fresh[0])), old[2]);
  EXPECT_EQ(locate(before + std::chrono::milliseconds(1)), old[2]);
  EXPECT_LT(locate(stamp(start, old[0])), old[0]);
  EXPECT_LT(locate(Timestamp{}), old[0]);
  EXPECT_GE(locate(stamp(fresh[2].previous(), fresh[2]) + std::chrono::hours(1)), fresh[2]);
}

TEST_P(ConnectorSuite, GoesBackByACountOfRecords) {
  const auto log = new_log();
  const auto start = only_extent(log).last;
  const auto offsets = append(log, 10);
  const auto after_going_back = [&](Offset end, std::int64_t count) {
    const auto place =
        ask<Offset>([&](auto done) { connector().back(log, 0, end, count, done); }).value();
    return offsets_of(read_all(log, place, end));
  };
  EXPECT_EQ(after_going_back(offsets[9], 3), slice(offsets, 7, 10));
  EXPECT_EQ(after_going_back(offsets[5], 2), slice(offsets, 4, 6));
  EXPECT_EQ(after_going_back(offsets[9], 10), offsets);
  EXPECT_EQ(after_going_back(offsets[9], 1000), offsets);
  EXPECT_EQ(after_going_back(offsets[9], 0), Offsets{});
  EXPECT_EQ(after_going_back(start, 5), Offsets{});
}

TEST_P(TrimSuite, GoesBackNoFurtherThanTheOldestRecord) {
  const auto log = new_log();
  const auto offsets = append(log, 10);
  broker().trim(log, 0, offsets[6]);
  const auto place =
      ask<Offset>([&](auto done) { connector().back(log, 0, offsets[9], 100, done); }).value();
  EXPECT_EQ(offsets_of(read_all(log, place, offsets[9])), slice(offsets, 6, 10));
}

TEST_P(PartitionSuite, ReadsEachPartitionSeparately) {
  const auto log = new_log(3);
  const auto second = append(log, 5, "b", 1);
  const auto third = append(log, 7, "c", 2);
  const auto held = extent(log);
  ASSERT_EQ(held.partitions.size(), 3u);
  EXPECT_EQ(held.partitions[0].last, Offset::of(-1));
  EXPECT_EQ(held.partitions[1].last, second.back());
  EXPECT_EQ(held.partitions[2].last, third.back());
  const auto page =
      read({.log = log, .partition = 2, .after = Offset::of(-1), .until = third.back()});
  EXPECT_EQ(offsets_of(page.records), third);
  EXPECT_EQ(page.records.at(0).partition, 2);
  EXPECT_EQ(page.records.at(0).value, "c0");
}

}  // namespace sidestream::test
