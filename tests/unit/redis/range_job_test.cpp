#include "connectors/redis/range_job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "connectors/redis/back_job.hpp"
#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/extent_job.hpp"
#include "connectors/redis/locate_job.hpp"
#include "connectors/redis/read_job.hpp"
#include "tests/unit/redis/resp.hpp"

namespace sidestream::redis {
namespace {

using testing::HasSubstr;

Offset id(int ms) { return Offset::of_entry(static_cast<std::uint64_t>(ms), 0); }

// Answers a job's commands from a stream that held the entries 1-0 to n-0; the first were trimmed.
class FakeRedis {
 public:
  FakeRedis(int first, int last, std::size_t value_size = 10)
      : first_(first), last_(last), value_(value_size, 'x') {}

  void trim(int first) { first_ = first; }

  // Runs a job until it has answered. Returns the number of rounds.
  int run(RangeJob& job) {
    for (int rounds = 1;; ++rounds) {
      Replies replies;
      for (const auto& command : job.commands()) replies.push_back(reply_to(command));
      if (job.take(replies)) return rounds;
      if (rounds > 10'000) throw std::runtime_error("the job makes no progress");
      if (after_round) after_round();
    }
  }

  std::function<void()> after_round;

 private:
  Reply reply_to(const std::string& command) const {
    std::vector<std::string> words;
    const auto parsed = test::parse(command);
    for (const auto* word : elements_of(*parsed)) words.emplace_back(text_of(*word));
    if (words[0] == "EVAL") {
      if (words.size() == 4) return test::parse(info());
      return test::parse(ids_back(words[4], std::stoul(words[5])));
    }
    const bool reverse = words[0] == "XREVRANGE";
    const auto from = words[reverse ? 3 : 2];
    const auto to = words[reverse ? 2 : 3];
    return test::parse(entries(from, to, std::stoul(words[5]), reverse));
  }

  std::string info() const {
    const int length = last_ - first_ + 1;
    const auto tip = std::to_string(last_) + "-0";
    return test::info({length, tip, "0-0", last_, length ? std::to_string(first_) + "-0" : "",
                       length ? tip : ""});
  }

  std::string ids_back(const std::string& newest, std::size_t limit) const {
    std::size_t count = 0;
    std::string oldest;
    for (int ms = last_; ms >= first_ && count < limit; --ms) {
      if (id(ms) > parse_entry_id(newest)) continue;
      ++count;
      oldest = std::to_string(ms) + "-0";
    }
    const auto bytes = static_cast<long long>(count * value_.size());
    return test::array({test::number(static_cast<long long>(count)),
                        count ? test::bulk(oldest) : test::nil(), test::number(bytes)});
  }

  std::string entries(const std::string& from, const std::string& to, std::size_t count,
                      bool reverse) const {
    std::vector<std::string> found;
    for (int i = 0; i <= last_ - first_ && found.size() < count; ++i) {
      const int ms = reverse ? last_ - i : first_ + i;
      if (from != "-" && id(ms) < parse_entry_id(from)) continue;
      if (id(ms) > parse_entry_id(to)) continue;
      found.push_back(test::entry(std::to_string(ms) + "-0", {{"data", value_}}));
    }
    return test::array(found);
  }

  int first_, last_;
  std::string value_;
};

// What the jobs of a connector share.
struct Shared {
  ConnectorProbe probe;
  IdScripts scripts;
  EntrySizes sizes;
  RankCache ranks;
  JobContext context{probe, scripts, sizes, ranks};
};

struct Page {
  std::vector<Offset> offsets;
  std::optional<Result<Offset>> through;
  Shared shared;
};

void read(Page& page, FakeRedis& redis, Range range) {
  auto job = make_read_job(
      std::move(range),
      [&](std::span<const Record> records) {
        for (const auto& record : records) page.offsets.push_back(record.offset);
      },
      [&](Result<Offset> through) { page.through = through; }, page.shared.context);
  redis.run(*job);
}

Result<Position> locate(FakeRedis& redis, int ms) {
  Shared shared;
  Result<Position> result = Errc::stopped;
  auto job = make_locate_job(
      "s", Timestamp(std::chrono::milliseconds(ms)),
      [&](Result<Position> place) { result = std::move(place); }, shared.context);
  redis.run(*job);
  return result;
}

Result<Offset> back(FakeRedis& redis, Offset end, std::int64_t count) {
  Shared shared;
  Result<Offset> result = Errc::stopped;
  auto job = make_back_job(
      "s", end, count, [&](Result<Offset> place) { result = place; }, shared.context);
  redis.run(*job);
  return result;
}

}  // namespace

TEST(RangeJob, ExtentStoresTheRankOfTheEnd) {
  FakeRedis redis(3, 9);
  Shared shared;
  const auto& ranks = shared.ranks;
  std::optional<Result<LogExtent>> held;
  redis.run(*make_extent_job(
      "s", [&](Result<LogExtent> answer) { held = std::move(answer); }, shared.context));
  EXPECT_EQ(held->value().partitions.at(0).first, id(3));
  EXPECT_EQ(held->value().partitions.at(0).last, id(9));
  EXPECT_EQ(ranks.rank_of("s", id(9)), 9u);
  EXPECT_EQ(ranks.rank_of("s", id(8)), std::nullopt);
  EXPECT_EQ(ranks.rank_of("other", id(9)), std::nullopt);
  EXPECT_EQ(ranks.rank_of("other", Offset{0}), 0u);
}

TEST(RangeJob, ReadDeliversAllEntriesUpToUntil) {
  FakeRedis redis(1, 100);
  Page page;
  read(page, redis, {.log = "s", .after = id(20), .until = id(70)});
  ASSERT_EQ(page.offsets.size(), 50u);
  EXPECT_EQ(page.offsets.front(), id(21));
  EXPECT_TRUE(std::is_sorted(page.offsets.begin(), page.offsets.end()));
  EXPECT_EQ(page.through->value(), id(70));
  EXPECT_EQ(page.shared.probe.records_read.load(), 50u);
  EXPECT_EQ(page.shared.probe.ranges_read.load(), 1u);
}

TEST(RangeJob, ReadSkipsHolesAtTheEnd) {
  FakeRedis redis(1, 10);
  Page page;
  const auto until = id(9).previous();
  read(page, redis, {.log = "s", .after = id(7), .until = until});
  EXPECT_EQ(page.offsets, std::vector<Offset>{id(8)});
  EXPECT_EQ(page.through->value(), until);
}

TEST(RangeJob, ReadStopsAtItsLimits) {
  FakeRedis redis(1, 3000, 1000);
  Page records, bytes;
  read(records, redis, {.log = "s", .after = Offset{0}, .until = id(3000), .max_records = 7});
  EXPECT_EQ(records.offsets.size(), 7u);
  EXPECT_EQ(records.through->value(), id(7));
  read(bytes, redis, {.log = "s", .after = Offset{0}, .until = id(3000), .max_bytes = 99'500});
  EXPECT_EQ(bytes.offsets.size(), 100u);
  EXPECT_EQ(bytes.through->value(), id(100));
}

TEST(RangeJob, ReadAnswersGoneWhenTrimmedOrBeyondTheEnd) {
  FakeRedis redis(50, 100);
  Page trimmed, beyond;
  read(trimmed, redis, {.log = "s", .after = id(48), .until = id(70)});
  EXPECT_EQ(trimmed.through->error(), Errc::gone);
  EXPECT_TRUE(trimmed.offsets.empty());
  read(beyond, redis, {.log = "s", .after = id(60), .until = id(101)});
  EXPECT_EQ(beyond.through->error(), Errc::gone);
}

TEST(RangeJob, ReadAnswersGoneForAnOlderGeneration) {
  FakeRedis redis(1, 100);
  Page page;
  read(page, redis, {.log = "s", .after = Offset{5}, .until = id(70)});
  EXPECT_EQ(page.through->error(), Errc::gone);
}

TEST(RangeJob, ReadKeepsDeliveredEntriesWhenTrimmingOvertakesIt) {
  FakeRedis redis(1, 100);
  redis.after_round = [&] { redis.trim(60); };
  Page page;
  read(page, redis, {.log = "s", .after = Offset{0}, .until = id(100)});
  ASSERT_FALSE(page.offsets.empty());
  EXPECT_EQ(page.through->value(), page.offsets.back());
  EXPECT_LT(page.offsets.back(), id(60));
}

TEST(RangeJob, LocateAnswersTheNewestEntryBeforeTheTime) {
  FakeRedis redis(1, 100);
  EXPECT_EQ(locate(redis, 50).value(), Position{id(49)});
  EXPECT_EQ(locate(redis, 1).value(), Position{Offset{0}});
  EXPECT_EQ(locate(redis, 0).value(), Position{Offset{0}});
  EXPECT_EQ(locate(redis, 100'000).value(), Position{id(100)});
  FakeRedis trimmed(50, 100);
  EXPECT_EQ(locate(trimmed, 10).value(), Position{id(50).previous()});
}

TEST(RangeJob, BackCountsEntries) {
  FakeRedis redis(1, 5000, 500);
  EXPECT_EQ(back(redis, id(5000), 10).value(), id(4990));
  EXPECT_EQ(back(redis, id(5000), 4000).value(), id(1000)) << "in several steps";
  EXPECT_EQ(back(redis, id(5000), 4999).value(), id(1));
  EXPECT_EQ(back(redis, id(5000), 5000).value(), Offset{0});
  EXPECT_EQ(back(redis, id(100), 0).value(), id(100));
  FakeRedis trimmed(4000, 5000);
  EXPECT_EQ(back(trimmed, id(5000), 4999).value(), id(4000).previous());
  EXPECT_EQ(back(trimmed, id(10), 5).value(), id(10)) << "never after the given end";
}

TEST(RangeJob, ReadRequestsAsManyEntriesAsFitOnceTheSizeIsKnown) {
  FakeRedis redis(1, 1000, 100'000);
  Page first;
  read(first, redis, {.log = "s", .after = Offset{0}, .until = id(1000)});
  auto job = make_read_job(
      {.log = "s", .after = first.through->value(), .until = id(1000)}, [](auto) {}, [](auto) {},
      first.shared.context);
  EXPECT_THAT(job->commands().front(), HasSubstr("COUNT\r\n$1\r\n3\r\n")) << "of 256 KiB";
  EXPECT_TRUE(job->shrink());
  EXPECT_THAT(job->commands().front(), HasSubstr("COUNT\r\n$1\r\n1\r\n"));
  EXPECT_FALSE(job->shrink());
}

TEST(RangeJob, StartsAskForIdsByAScriptWhereItIsAllowed) {
  Shared shared;
  const auto job = make_locate_job(
      "s", Timestamp(std::chrono::milliseconds(5)), [](auto) {}, shared.context);
  for (const auto& command : job->commands()) EXPECT_THAT(command, HasSubstr("EVAL"));
  EXPECT_FALSE(shared.scripts.refused_by("WRONGTYPE Operation against a key"));
  EXPECT_TRUE(
      shared.scripts.refused_by("NOPERM this user has no permissions to run the 'eval' command"));
  const auto plain = job->commands();
  EXPECT_THAT(plain.front(), HasSubstr("XREVRANGE"));
  EXPECT_THAT(plain.back(), HasSubstr("XINFO"));
}

TEST(RangeJob, RefusesUnexpectedReplies) {
  Page page;
  auto job = make_read_job(
      {.log = "s", .after = Offset{0}, .until = id(1)}, [](auto) {},
      [&](Result<Offset> through) { page.through = through; }, page.shared.context);
  Replies replies;
  replies.push_back(test::parse(test::number(1)));
  replies.push_back(test::parse(test::number(2)));
  EXPECT_TRUE(job->take(replies));
  EXPECT_EQ(page.through->error(), Errc::refused);
}

}  // namespace sidestream::redis
