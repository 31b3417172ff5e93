// Random runs of a stream and a reader: every loss is reported, and no false one.
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "tests/unit/redis/model_stream.hpp"

namespace sidestream::redis {
namespace {

using Kind = TailDecision::Kind;
using test::ModelStream;

// A random stream and its reader, with a ledger of what must still be reported.
class RandomRun {
 public:
  explicit RandomRun(unsigned seed) : random_(seed), deletes_(seed % 3 == 0) {}

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
    const auto generation = generation_;
    const auto [fetched, ids] = stream_.fetch(progress_.position, 2 + random_() % 6);
    if (others_write) change();
    const auto decision = decide(progress_, fetched, stream_.info());
    if (decision.kind == Kind::retry) return;
    // Entries read just before the deletion are delivered; the reset is due after them.
    if (generation != generation_ && !ids.empty()) unreported_end_ = true;
    if (decision.kind == Kind::reset) check_reset();
    if (decision.kind == Kind::loss) check_loss(decision);
    if (!unreported_end_ && decision.kind != Kind::reset) check_delivered(ids);
    progress_ = decision.next;
    // A deletion may look like trimming. Then it is reported as a loss.
    if (std::exchange(reported_as_loss_, false)) {
      std::erase_if(open_, [&](int id) { return Offset{id} <= progress_.position; });
    }
  }

  void expect_all_reported() const {
    EXPECT_FALSE(unreported_end_) << "the end of a generation was never reported";
    EXPECT_TRUE(open_.empty());
  }

 private:
  void drop() {
    stream_.drop();
    open_.clear();
    ++generation_;
    // A reader at the beginning needs no reset: it reads the new generation from its beginning.
    unreported_end_ = unreported_end_ || progress_.position != Offset{0};
  }

  void check_reset() {
    EXPECT_TRUE(unreported_end_) << "a false reset";
    unreported_end_ = false;
    // Entries that the new generation has trimmed already must still be reported.
    const auto trimmed = stream_.info().added.value() - stream_.info().length;
    open_ = stream_.entries();
    open_.insert(open_.begin(), trimmed, 0);
  }

  void check_loss(const TailDecision& decision) {
    if (std::exchange(unreported_end_, false)) {
      reported_as_loss_ = true;
      return;
    }
    const auto lost = std::erase_if(open_, [&](int id) { return Offset{id} < decision.resumed; });
    EXPECT_GT(lost, 0u) << "a false alarm";
    EXPECT_TRUE(!decision.exact || decision.lost == static_cast<std::int64_t>(lost));
  }

  void check_delivered(const std::vector<int>& ids) {
    for (const int id : reported_as_loss_ ? std::vector<int>() : ids) {
      ASSERT_FALSE(open_.empty());
      ASSERT_EQ(open_.front(), id) << "an entry before it was lost without report";
      open_.erase(open_.begin());
    }
  }

  std::mt19937 random_;
  const bool deletes_;
  ModelStream stream_;
  Progress progress_;
  std::vector<int> open_;  // of this generation: added, and neither delivered nor reported lost
  int clock_ = 0;
  int generation_ = 0;
  bool unreported_end_ = false;  // the reader's generation has ended
  bool reported_as_loss_ = false;
};

}  // namespace

// Every entry is delivered once and in order, or reported lost, or belongs to a generation that
// ended with a reset. A count marked exact is exact.
TEST(Continuity, ReportsEveryLossAndNoFalseOneInRandomRuns) {
  for (unsigned seed = 0; seed < 3000 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed);
    for (int step = 0; step < 300; ++step) {
      run.change();
      if (run.chance(50)) run.read(run.chance(20));
    }
    for (int step = 0; step < 20; ++step) run.read(false);
    run.expect_all_reported();
  }
}

}  // namespace sidestream::redis
