#include "connectors/redis/continuity.hpp"

#include <gtest/gtest.h>

#include "tests/unit/redis/model_stream.hpp"

namespace sidestream::redis {
namespace {

using Kind = TailDecision::Kind;
using test::ModelStream;

TailDecision read(const ModelStream& stream, const Progress& progress, std::size_t count = 100) {
  return decide(progress, stream.fetch(progress.position, count).first, stream.info());
}

Progress at(int position, std::optional<std::uint64_t> rank = std::nullopt) {
  return {Offset{position}, rank, true};
}

ModelStream stream_of(std::initializer_list<int> ids) {
  ModelStream stream;
  for (const int id : ids) stream.add(id);
  return stream;
}

}  // namespace

TEST(Continuity, DeliversSparseIdsWithoutLoss) {
  const auto stream = stream_of({10, 500, 900});
  const auto decision = read(stream, at(10));
  EXPECT_EQ(decision.kind, Kind::deliver);
  EXPECT_EQ(decision.next.position, Offset{900});
  EXPECT_EQ(decision.next.rank, 3u);
}

TEST(Continuity, ReportsNoLossWithMaxlenOne) {
  ModelStream stream;
  Progress progress;
  for (int id = 10; id < 200; id += 7) {
    stream.add(id);
    stream.trim(1);
    const auto decision = read(stream, progress);
    ASSERT_EQ(decision.kind, Kind::deliver) << id;
    progress = decision.next;
    EXPECT_EQ(progress.position, Offset{id});
  }
}

TEST(Continuity, ResetsWhenAnotherStreamWasRenamed) {
  auto stream = stream_of({1000, 1004});
  const auto progress = read(stream, at(1000, 1)).next;
  EXPECT_EQ(progress.first, Offset{1000});
  const auto other = stream_of({900, 950, 1003, 1010, 1090});
  EXPECT_TRUE(needs_reading(progress, other.info()));
  const auto decision = read(other, progress);
  EXPECT_EQ(decision.kind, Kind::reset);
  EXPECT_EQ(decision.reason, "recreated");
  EXPECT_EQ(decision.next.first, Offset{0});
}

TEST(Continuity, CountsEntriesTrimmedAheadOfTheReader) {
  auto stream = stream_of({10, 20, 30, 40, 50});
  stream.trim(1);
  const auto decision = read(stream, at(20, 2));
  EXPECT_EQ(decision.kind, Kind::loss);
  EXPECT_EQ(decision.lost, 2);
  EXPECT_TRUE(decision.exact);
  EXPECT_EQ(decision.resumed, Offset{50});
  EXPECT_EQ(decision.next.position, Offset{50});
  EXPECT_EQ(decision.next.rank, 5u);
}

TEST(Continuity, CountsALossInTheMiddleOfABacklog) {
  auto stream = stream_of({10, 20, 30, 40, 50, 60});
  stream.trim(4);
  const auto decision = read(stream, at(10, 1), 2);
  EXPECT_EQ(decision.kind, Kind::loss);
  EXPECT_EQ(decision.lost, 1);
  EXPECT_EQ(decision.next.position, Offset{40});
  EXPECT_EQ(decision.next.rank, 4u);
}

TEST(Continuity, ReportsAnUpperBoundAfterXdel) {
  auto stream = stream_of({10, 20, 30, 40, 50, 60});
  stream.trim(4);
  stream.remove(50);
  const auto decision = read(stream, at(10, 1), 2);
  EXPECT_EQ(decision.kind, Kind::loss);
  EXPECT_EQ(decision.lost, 2);
  EXPECT_FALSE(decision.exact);
  EXPECT_EQ(decision.next.rank, std::nullopt);
}

TEST(Continuity, CountsEntriesAddedAndTrimmedBetweenReads) {
  auto stream = stream_of({10, 20, 30});
  stream.trim(0);
  const auto decision = read(stream, at(10, 1));
  EXPECT_EQ(decision.kind, Kind::loss);
  EXPECT_EQ(decision.lost, 2);
  EXPECT_EQ(decision.resumed, Offset{31});
  EXPECT_EQ(decision.next.position, Offset{30});
}

TEST(Continuity, ReportsUnknownSizeWithoutRank) {
  auto stream = stream_of({10, 20, 30});
  stream.trim(1);
  const auto decision = read(stream, at(5));
  EXPECT_EQ(decision.kind, Kind::loss);
  EXPECT_EQ(decision.lost, std::nullopt);
  EXPECT_FALSE(decision.exact);
  EXPECT_EQ(decision.next.rank, 3u) << "known from here on";
}

TEST(Continuity, ReportsNoLossWhenOlderEntriesAreHeld) {
  auto stream = stream_of({10, 20, 30});
  stream.remove(20);
  EXPECT_EQ(read(stream, at(20)).kind, Kind::deliver);
}

TEST(Continuity, ReportsNoLossForEntriesRemovedByXdel) {
  auto stream = stream_of({10, 20, 30});
  stream.remove(20);
  const auto decision = read(stream, at(10, 1));
  EXPECT_EQ(decision.kind, Kind::deliver);
  EXPECT_EQ(decision.next.position, Offset{30});
}

TEST(Continuity, ResetsWhenTheStreamIsDeleted) {
  ModelStream gone;
  const auto decision = read(gone, at(20, 2));
  EXPECT_EQ(decision.kind, Kind::reset);
  EXPECT_EQ(decision.reason, "recreated");
  EXPECT_EQ(decision.next.position, Offset{0});
  EXPECT_EQ(read(gone, decision.next).kind, Kind::deliver) << "reported once";
}

TEST(Continuity, WaitsForAStreamThatNeverExisted) {
  ModelStream none;
  EXPECT_EQ(read(none, Progress{}).kind, Kind::deliver);
  EXPECT_FALSE(needs_reading(Progress{}, none.info()));
}

TEST(Continuity, ResetsWhenAnEmptyStreamIsDeleted) {
  ModelStream none;
  EXPECT_EQ(read(none, {Offset{0}, 0, true}).kind, Kind::reset);
}

TEST(Continuity, ResetsWhenTheStreamIsRecreated) {
  EXPECT_EQ(read(stream_of({5}), at(20, 2)).reason, "recreated") << "lower ids";
  EXPECT_EQ(read(stream_of({30}), at(20, 2)).reason, "recreated") << "fewer entries than were read";
  EXPECT_EQ(read(stream_of({30, 40}), at(20, 2)).reason, "recreated") << "as many entries";
  EXPECT_EQ(read(stream_of({30, 40, 50, 60}), at(20, 2)).reason, "recreated") << "more entries";
  EXPECT_EQ(read(stream_of({30, 40, 50, 60}), at(20, 2), 2).reason, "recreated")
      << "before its end";
  EXPECT_EQ(read(stream_of({30, 40}), at(20)).reason, "recreated") << "unknown rank";
}

TEST(Continuity, ResetsWhenTheStreamIsSetBack) {
  auto stream = stream_of({10, 20});
  stream.trim(0);
  stream.set_id(5);
  EXPECT_EQ(read(stream, at(20, 2)).reason, "set_back");
  EXPECT_TRUE(needs_reading(at(20, 2), stream.info()));
}

TEST(Continuity, ReportsNoLossWhenTheLastIdIsSetAhead) {
  auto stream = stream_of({10, 20});
  stream.set_id(500);
  EXPECT_EQ(read(stream, at(20, 2)).kind, Kind::deliver);
  EXPECT_FALSE(needs_reading(at(20, 2), stream.info()));
  stream.trim(0);
  const auto decision = read(stream, at(20, 2));
  EXPECT_EQ(decision.kind, Kind::loss) << "a new generation with two entries would look the same";
  EXPECT_EQ(decision.lost, std::nullopt);
  EXPECT_EQ(read(stream, decision.next).kind, Kind::deliver) << "reported once";
}

TEST(Continuity, RetriesWhenRepliesContradictEachOther) {
  auto stream = stream_of({10, 20, 30, 40});
  stream.trim(2);
  const auto before = stream.fetch(Offset{20}, 2).first;
  stream.add(50);
  stream.trim(2);
  EXPECT_EQ(decide(at(20, 2), before, stream.info()).kind, Kind::retry);
  EXPECT_EQ(decide_without_retry(at(20, 2), before, stream.info()).kind, Kind::loss);

  stream.trim(0);
  const auto nothing = stream.fetch(Offset{50}, 2).first;
  stream.add(60);
  EXPECT_EQ(decide(at(50, 5), nothing, stream.info()).kind, Kind::retry);
  EXPECT_EQ(decide_without_retry(at(50, 5), nothing, stream.info()).kind, Kind::retry)
      << "entries that are held must not be skipped";
}

TEST(Continuity, NeedsReadingWhenEntriesAreNewOrLost) {
  auto stream = stream_of({10, 20});
  EXPECT_FALSE(needs_reading(at(20, 2), stream.info()));
  EXPECT_TRUE(needs_reading(at(10, 1), stream.info()));
  stream.add(30);
  stream.trim(0);
  EXPECT_TRUE(needs_reading(at(20, 2), stream.info())) << "30 was added and trimmed";
  EXPECT_TRUE(needs_reading(at(20, 2), StreamInfo{})) << "the stream is gone";
}

}  // namespace sidestream::redis
