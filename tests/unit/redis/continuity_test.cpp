#include "connectors/redis/continuity.hpp"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

namespace sidestream::redis {
namespace {

using Kind = Verdict::Kind;

// A stream as Redis keeps it. Ids are small numbers here: n stands for 0-n.
class ModelStream {
 public:
  void add(int id) {
    exists_ = true;
    entries_.push_back(id);
    last_ = id;
    ++added_;
  }
  void trim(std::size_t keep) {
    if (entries_.size() > keep)
      entries_.erase(entries_.begin(), entries_.end() - static_cast<std::ptrdiff_t>(keep));
  }
  void remove(int id) {
    if (std::erase(entries_, id) > 0) max_deleted_ = std::max(max_deleted_, id);
  }
  void set_id(int last) { last_ = last; }
  void drop() { *this = {}; }

  int last() const { return last_; }
  const std::vector<int>& entries() const { return entries_; }

  StreamInfo info() const {
    StreamInfo info;
    info.exists = exists_;
    info.length = entries_.size();
    info.last_generated = Offset{last_};
    info.max_deleted = Offset{max_deleted_};
    info.added = added_;
    if (!entries_.empty()) info.first = Offset{entries_.front()};
    if (!entries_.empty()) info.tip = Offset{entries_.back()};
    return info;
  }

  // XRANGE position + COUNT count, and what of it lies after the position.
  std::pair<Fetched, std::vector<int>> fetch(Offset position, std::size_t count) const {
    Fetched fetched;
    std::vector<int> after;
    std::size_t answered = 0;
    for (const int id : entries_) {
      if (Offset{id} < position || answered == count) continue;
      ++answered;
      if (Offset{id} == position) {
        fetched.at_position = true;
      } else {
        after.push_back(id);
      }
    }
    fetched.complete = answered < count;
    fetched.count = after.size();
    if (!after.empty()) fetched.first = Offset{after.front()};
    if (!after.empty()) fetched.last = Offset{after.back()};
    return {fetched, after};
  }

 private:
  bool exists_ = false;
  std::vector<int> entries_;
  int last_ = 0;
  int max_deleted_ = 0;
  std::uint64_t added_ = 0;
};

Verdict read(const ModelStream& stream, const Place& place, std::size_t count = 100) {
  return judge(place, stream.fetch(place.position, count).first, stream.info());
}

Place at(int position, std::optional<std::uint64_t> rank = std::nullopt) {
  return {Offset{position}, rank, true};
}

ModelStream stream_of(std::initializer_list<int> ids) {
  ModelStream stream;
  for (const int id : ids) stream.add(id);
  return stream;
}

}  // namespace

TEST(Continuity, SparseIdsAreNoLoss) {
  const auto stream = stream_of({10, 500, 900});
  const auto verdict = read(stream, at(10));
  EXPECT_EQ(verdict.kind, Kind::go_on);
  EXPECT_EQ(verdict.next.position, Offset{900});
  EXPECT_EQ(verdict.next.rank, 3u);
}

TEST(Continuity, AStreamKeptAtOneEntryIsReadWithoutFalseAlarms) {
  ModelStream stream;
  Place place;
  for (int id = 10; id < 200; id += 7) {
    stream.add(id);
    stream.trim(1);
    const auto verdict = read(stream, place);
    ASSERT_EQ(verdict.kind, Kind::go_on) << id;
    place = verdict.next;
    EXPECT_EQ(place.position, Offset{id});
  }
}

TEST(Continuity, TrimmingBeyondTheReaderIsCounted) {
  auto stream = stream_of({10, 20, 30, 40, 50});
  stream.trim(1);
  const auto verdict = read(stream, at(20, 2));
  EXPECT_EQ(verdict.kind, Kind::lose);
  EXPECT_EQ(verdict.lost, 2);
  EXPECT_TRUE(verdict.exact);
  EXPECT_EQ(verdict.resumed, Offset{50});
  EXPECT_EQ(verdict.next.position, Offset{50});
  EXPECT_EQ(verdict.next.rank, 5u);
}

TEST(Continuity, ALossIsCountedInTheMiddleOfABacklogToo) {
  auto stream = stream_of({10, 20, 30, 40, 50, 60});
  stream.trim(4);
  const auto verdict = read(stream, at(10, 1), 2);
  EXPECT_EQ(verdict.kind, Kind::lose);
  EXPECT_EQ(verdict.lost, 1);
  EXPECT_EQ(verdict.next.position, Offset{40});
  EXPECT_EQ(verdict.next.rank, 4u);
}

TEST(Continuity, WithEntriesTakenOutTheCountIsAnUpperBound) {
  auto stream = stream_of({10, 20, 30, 40, 50, 60});
  stream.trim(4);
  stream.remove(50);
  const auto verdict = read(stream, at(10, 1), 2);
  EXPECT_EQ(verdict.kind, Kind::lose);
  EXPECT_EQ(verdict.lost, 2);
  EXPECT_FALSE(verdict.exact);
  EXPECT_EQ(verdict.next.rank, std::nullopt);
}

TEST(Continuity, EntriesThatCameAndWentAreLost) {
  auto stream = stream_of({10, 20, 30});
  stream.trim(0);
  const auto verdict = read(stream, at(10, 1));
  EXPECT_EQ(verdict.kind, Kind::lose);
  EXPECT_EQ(verdict.lost, 2);
  EXPECT_EQ(verdict.resumed, Offset{31});
  EXPECT_EQ(verdict.next.position, Offset{30});
}

TEST(Continuity, WithoutARankALossIsOfUnknownSize) {
  auto stream = stream_of({10, 20, 30});
  stream.trim(1);
  const auto verdict = read(stream, at(5));
  EXPECT_EQ(verdict.kind, Kind::lose);
  EXPECT_EQ(verdict.lost, std::nullopt);
  EXPECT_FALSE(verdict.exact);
  EXPECT_EQ(verdict.next.rank, 3u) << "from here on it is known";
}

TEST(Continuity, WithoutARankOlderEntriesProveThatNothingIsLost) {
  auto stream = stream_of({10, 20, 30});
  stream.remove(20);
  EXPECT_EQ(read(stream, at(20)).kind, Kind::go_on);
}

TEST(Continuity, EntriesTakenOutInTheMiddleAreNoLoss) {
  auto stream = stream_of({10, 20, 30});
  stream.remove(20);
  const auto verdict = read(stream, at(10, 1));
  EXPECT_EQ(verdict.kind, Kind::go_on);
  EXPECT_EQ(verdict.next.position, Offset{30});
}

TEST(Continuity, ADeletedStreamIsReset) {
  ModelStream gone;
  const auto verdict = read(gone, at(20, 2));
  EXPECT_EQ(verdict.kind, Kind::reset);
  EXPECT_EQ(verdict.reason, "recreated");
  EXPECT_EQ(verdict.next.position, Offset{0});
  EXPECT_EQ(read(gone, verdict.next).kind, Kind::go_on) << "told once";
}

TEST(Continuity, AStreamThatNeverWasIsWaitedFor) {
  ModelStream none;
  EXPECT_EQ(read(none, Place{}).kind, Kind::go_on);
  EXPECT_FALSE(needs_reading(Place{}, none.info()));
}

TEST(Continuity, AStreamThatWasSeenAndIsGoneIsReset) {
  ModelStream none;
  EXPECT_EQ(read(none, {Offset{0}, 0, true}).kind, Kind::reset);
}

TEST(Continuity, AStreamMadeAnewIsResetWhateverItsIds) {
  EXPECT_EQ(read(stream_of({5}), at(20, 2)).reason, "recreated") << "lower ids";
  EXPECT_EQ(read(stream_of({30}), at(20, 2)).reason, "recreated") << "fewer entries than were read";
  EXPECT_EQ(read(stream_of({30, 40}), at(20, 2)).reason, "recreated") << "as many";
  EXPECT_EQ(read(stream_of({30, 40, 50, 60}), at(20, 2)).reason, "recreated") << "more";
  EXPECT_EQ(read(stream_of({30, 40, 50, 60}), at(20, 2), 2).reason, "recreated")
      << "not at its end";
  EXPECT_EQ(read(stream_of({30, 40}), at(20)).reason, "recreated") << "the rank is not known";
}

TEST(Continuity, AStreamSetBackIsReset) {
  auto stream = stream_of({10, 20});
  stream.trim(0);
  stream.set_id(5);
  EXPECT_EQ(read(stream, at(20, 2)).reason, "set_back");
  EXPECT_TRUE(needs_reading(at(20, 2), stream.info()));
}

TEST(Continuity, AStreamSetAheadIsNoLoss) {
  auto stream = stream_of({10, 20});
  stream.set_id(500);
  EXPECT_EQ(read(stream, at(20, 2)).kind, Kind::go_on);
  EXPECT_FALSE(needs_reading(at(20, 2), stream.info()));
  stream.trim(0);
  const auto verdict = read(stream, at(20, 2));
  EXPECT_EQ(verdict.kind, Kind::lose) << "a new life with two entries would look the same";
  EXPECT_EQ(verdict.lost, std::nullopt);
  EXPECT_EQ(read(stream, verdict.next).kind, Kind::go_on) << "told once";
}

TEST(Continuity, AnswersThatDoNotFitTogetherAreAskedAgain) {
  auto stream = stream_of({10, 20, 30, 40});
  stream.trim(2);
  const auto before = stream.fetch(Offset{20}, 2).first;
  stream.add(50);
  stream.trim(2);
  EXPECT_EQ(judge(at(20, 2), before, stream.info()).kind, Kind::again);
  EXPECT_EQ(judge_blindly(at(20, 2), before, stream.info()).kind, Kind::lose);

  stream.trim(0);
  const auto nothing = stream.fetch(Offset{50}, 2).first;
  stream.add(60);
  EXPECT_EQ(judge(at(50, 5), nothing, stream.info()).kind, Kind::again);
  EXPECT_EQ(judge_blindly(at(50, 5), nothing, stream.info()).kind, Kind::again)
      << "skipping what is held is no way out";
}

TEST(Continuity, NeedsReadingWhereSomethingIsNewOrWasLost) {
  auto stream = stream_of({10, 20});
  EXPECT_FALSE(needs_reading(at(20, 2), stream.info()));
  EXPECT_TRUE(needs_reading(at(10, 1), stream.info()));
  stream.add(30);
  stream.trim(0);
  EXPECT_TRUE(needs_reading(at(20, 2), stream.info())) << "30 came and went";
  EXPECT_TRUE(needs_reading(at(20, 2), StreamInfo{})) << "the stream is gone";
}

// A stream and its reader, with what the reader must be told.
class RandomLife {
 public:
  explicit RandomLife(unsigned seed) : random_(seed), deletes_(seed % 3 == 0) {}

  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  void change() {
    if (chance(70)) {
      stream_.add(clock_ += 1 + static_cast<int>(random_() % 50));
      open_.push_back(clock_);
    }
    if (chance(30)) stream_.trim(random_() % 6);
    if (deletes_ && chance(3)) drop();
  }

  void read(bool others_write) {
    const auto lives = lives_;
    const auto [fetched, ids] = stream_.fetch(place_.position, 2 + random_() % 6);
    if (others_write) change();
    const auto verdict = judge(place_, fetched, stream_.info());
    if (verdict.kind == Kind::again) return;
    // What was read just before the stream went is delivered, and the end is to be told after it.
    if (lives != lives_ && !ids.empty()) untold_end_ = true;
    if (verdict.kind == Kind::reset) take_reset();
    if (verdict.kind == Kind::lose) take_loss(verdict);
    if (!untold_end_ && verdict.kind != Kind::reset) take(ids);
    place_ = verdict.next;
    // An end may also look like trimming; it is told all the same.
    if (std::exchange(told_as_loss_, false)) {
      std::erase_if(open_, [&](int id) { return Offset{id} <= place_.position; });
    }
  }

  void expect_all_told() const {
    EXPECT_FALSE(untold_end_) << "the end of a life was never told";
    EXPECT_TRUE(open_.empty());
  }

 private:
  void drop() {
    stream_.drop();
    open_.clear();
    ++lives_;
    // A reader at the beginning reads the new life from its beginning.
    untold_end_ = untold_end_ || place_.position != Offset{0};
  }

  void take_reset() {
    EXPECT_TRUE(untold_end_) << "a false reset";
    untold_end_ = false;
    // What the new life has trimmed already is still to be told.
    const auto trimmed = stream_.info().added.value() - stream_.info().length;
    open_ = stream_.entries();
    open_.insert(open_.begin(), trimmed, 0);
  }

  void take_loss(const Verdict& verdict) {
    if (std::exchange(untold_end_, false)) {
      told_as_loss_ = true;
      return;
    }
    const auto lost = std::erase_if(open_, [&](int id) { return Offset{id} < verdict.resumed; });
    EXPECT_GT(lost, 0u) << "a false alarm";
    EXPECT_TRUE(!verdict.exact || verdict.lost == static_cast<std::int64_t>(lost));
  }

  void take(const std::vector<int>& ids) {
    for (const int id : told_as_loss_ ? std::vector<int>() : ids) {
      ASSERT_FALSE(open_.empty());
      ASSERT_EQ(open_.front(), id) << "an entry before it was lost in silence";
      open_.erase(open_.begin());
    }
  }

  std::mt19937 random_;
  const bool deletes_;
  ModelStream stream_;
  Place place_;
  std::vector<int> open_;  // of this life: added, and neither delivered nor lost
  int clock_ = 0;
  int lives_ = 0;
  bool untold_end_ = false;  // the life that the reader stands in has ended
  bool told_as_loss_ = false;
};

// Every entry is delivered once and in order, or told as lost, or of a life that ended with a
// reset; and a count that calls itself exact is.
TEST(Continuity, NeverASilentLossNorAFalseOne) {
  for (unsigned seed = 0; seed < 3000 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomLife life(seed);
    for (int step = 0; step < 300; ++step) {
      life.change();
      if (life.chance(50)) life.read(life.chance(20));
    }
    for (int step = 0; step < 20; ++step) life.read(false);
    life.expect_all_told();
  }
}

}  // namespace sidestream::redis
