// Tests specific to the embedded connector: durability, retention, publishing.
#include "tests/integration/connectors/embedded_test.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <future>

#include "connectors/embedded/database_file.hpp"
#include "connectors/embedded/table_writer.hpp"

namespace sidestream::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Starts embedded_child, reads `count` acknowledgements and kills it at work. Returns the highest
// acknowledged offset.
std::int64_t publish_and_kill(const std::string& path, int count) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::execl(SIDESTREAM_EMBEDDED_CHILD, SIDESTREAM_EMBEDDED_CHILD, path.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe[1]);
  std::string lines;
  std::array<char, 4096> buffer{};
  bool killed = false;
  for (;;) {
    const auto n = ::read(pipe[0], buffer.data(), buffer.size());
    if (n <= 0) break;
    lines.append(buffer.data(), static_cast<std::size_t>(n));
    if (!killed && std::count(lines.begin(), lines.end(), '\n') >= count) {
      ::kill(child, SIGKILL);  // lines already in the pipe are still read
      killed = true;
    }
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!killed) throw std::runtime_error("the child ended by itself");
  std::int64_t highest = -1;
  std::size_t begin = 0;
  for (auto end = lines.find('\n'); end != std::string::npos; end = lines.find('\n', begin)) {
    highest = std::max<std::int64_t>(highest, std::stoll(lines.substr(begin, end - begin)));
    begin = end + 1;
  }
  return highest;
}

}  // namespace

TEST_F(EmbeddedLog, KeepsAcknowledgedRecordsAfterKill9) {
  std::int64_t acknowledged = -1, next = 0;
  for (int round = 0; round < 5; ++round) {
    acknowledged = publish_and_kill(path(), 300 + 177 * round);
    open();
    ASSERT_GE(extent().last.number(), acknowledged);
    ASSERT_GT(acknowledged, next) << "offsets continue";
    next = publish("between").number();
    close();
  }
  open();
  const auto records = read_all();
  ASSERT_EQ(records.size(), static_cast<std::size_t>(held()));
  std::int64_t expected = 0, in_run = 0;
  for (const auto& record : records) {
    ASSERT_EQ(record.offset, at(expected++)) << "no holes";
    if (record.value == "between") {
      in_run = 0;
    } else {
      ASSERT_EQ(record.value, "v" + std::to_string(in_run++));
    }
  }
}

TEST_F(EmbeddedLog, ReusesNoOffsetAfterRetentionDeletedAll) {
  open({.path = path(), .retention_age = milliseconds(50)});
  for (int i = 0; i < 5; ++i) publish("old");
  ASSERT_TRUE(eventually([&] { return held() == 0; }));
  EXPECT_EQ(extent().last, at(4));
  EXPECT_EQ(extent().floor, at(4));
  open({.path = path()});
  EXPECT_EQ(extent().last, at(4));
  EXPECT_EQ(publish("new"), at(5));
  EXPECT_EQ(extent().floor, at(4));
  EXPECT_EQ(extent().first, at(5));
}

TEST_F(EmbeddedLog, KeepsTheNewestRecordsWithinTheRecordLimit) {
  open({.path = path(), .retention_records = 100});
  publish_many(5000, "x");
  ASSERT_TRUE(eventually([&] { return held() == 100; })) << held();
  EXPECT_EQ(extent().last, at(4999));
  publish_many(10, "x");
  ASSERT_TRUE(eventually([&] { return held() == 100; }));
}

TEST_F(EmbeddedLog, KeepsTheNewestRecordsWithinTheByteLimit) {
  open({.path = path(), .retention_bytes = 100'000});
  publish_many(200, std::string(9'990, 'x'));
  ASSERT_TRUE(eventually([&] { return held() == 10; })) << held();
  publish(std::string(300'000, 'x'));
  ASSERT_TRUE(eventually([&] { return held() == 1; }))
      << "the newest record is kept, however large";
}

TEST_F(EmbeddedLog, AppliesRetentionInMemory) {
  open({.retention_records = 100, .retention_age = seconds(1)});
  publish_many(5000, "x");
  ASSERT_TRUE(eventually([&] { return held() <= 100; }));
  ASSERT_TRUE(eventually([&] { return held() == 0; }));
}

TEST_F(EmbeddedLog, AppliesLowerLimitsToExistingRecords) {
  open();
  publish_many(10'000, "x");
  publish_many(10'000, "x", "another");
  open({.path = path(), .retention_records = 7});
  EXPECT_TRUE(eventually([&] { return held() == 7 && held("another") == 7; }));
}

TEST_F(EmbeddedLog, ReportsLossToATailThatRetentionOvertakes) {
  open({.path = path(), .retention_records = 100});
  RecordingSink sink;
  sink.hold();
  const auto tail = connector_->tail("log", {at(-1)}, sink);
  publish("first");
  publish_many(5000, "x");
  ASSERT_TRUE(eventually([&] { return held() == 100; }));
  sink.release();
  ASSERT_TRUE(sink.wait(
      [&] { return !sink.records_now().empty() && sink.records_now().back().offset == at(5000); }));
  std::int64_t lost = 0;
  for (const auto& loss : sink.losses()) lost += loss.lost.value();
  EXPECT_EQ(lost + static_cast<std::int64_t>(sink.count()), 5001);
}

TEST_F(EmbeddedLog, StartsInMemoryOffsetsAtTheCreationTime) {
  const auto microseconds = [] {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  open({});
  const auto previous = publish("previous");
  const auto before = microseconds();
  open({});
  const auto held = whole_extent();
  EXPECT_EQ(held.origin, held.partitions[0].floor);
  EXPECT_GT(held.origin, previous) << "ids of the older generation are below";
  EXPECT_GE(held.partitions[0].first.number(), before);
  EXPECT_LE(held.partitions[0].first.number(), microseconds());
  EXPECT_EQ(publish("new"), held.partitions[0].first);

  RecordingSink sink;
  const auto tail = connector_->tail("log", {previous}, sink);
  ASSERT_TRUE(sink.wait_records(1));
  ASSERT_EQ(sink.losses().size(), 1u);
  EXPECT_EQ(sink.losses()[0].lost, std::nullopt) << "the number of lost records is unknown";
  const auto gone = ask<Offset>([&](auto done) {
    connector_->read(
        {.log = "log", .after = previous, .until = held.partitions[0].first}, [](auto) {}, done);
  });
  EXPECT_EQ(gone.error(), Errc::gone);
}

TEST_F(EmbeddedLog, AnswersAPublishInTimeWhenTheWriterHangs) {
  open();
  ASSERT_TRUE(wait_up());
  // A callback that does not return simulates a disk that hangs.
  std::promise<void> hang;
  std::shared_future<void> hung = hang.get_future().share();
  connector_->publish("log", {.value = "first"}, [hung](auto) { hung.wait(); });
  const auto began = std::chrono::steady_clock::now();
  Answer<Published> late;
  // Once the writer has committed the first.
  ASSERT_TRUE(eventually([&] { return held() == 1; }));
  connector_->publish("log", {.value = "second"}, late.callback());
  EXPECT_EQ(late.get().error(), Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - began, publish_timeout + seconds(1));
  hang.set_value();
  EXPECT_EQ(publish("third"), at(1)) << "the second was not written";
}

TEST_F(EmbeddedLog, RejectsPublishesWhenTheQueueIsFull) {
  open();
  ASSERT_TRUE(wait_up());
  std::promise<void> hang;
  std::shared_future<void> hung = hang.get_future().share();
  connector_->publish("log", {.value = "first"}, [hung](auto) { hung.wait(); });
  ASSERT_TRUE(eventually([&] { return held() == 1; }));
  const std::string large(8 * 1024 * 1024, 'x');
  std::vector<Answer<Published>> answers(10);
  for (auto& answer : answers) connector_->publish("log", {.value = large}, answer.callback());
  EXPECT_EQ(answers.back().get().error(), Errc::unavailable);
  hang.set_value();
  EXPECT_TRUE(answers.front().get().has_value());
}

TEST_F(EmbeddedLog, RefusesOnlyTheRecordThatSqliteCannotHold) {
  const auto connection = embedded::open_for_writing(path());
  sqlite3_limit(connection->handle(), SQLITE_LIMIT_LENGTH, 10'000);
  const EmbeddedOptions options;
  embedded::TableWriter writer(*connection, options, Offset::of(0));
  writer.begin();
  EXPECT_EQ(writer.append("log", {.value = "one"}), Offset::of(0));
  try {
    writer.append("log", {.value = std::string(20'000, 'x')});
    FAIL() << "it was accepted";
  } catch (const embedded::SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_TOOBIG);
  }
  EXPECT_EQ(writer.append("log", {.value = "two"}), Offset::of(1));
  writer.commit();
}

TEST_F(EmbeddedLog, ServesAThousandLogsWithTheSameThreads) {
  open();
  const auto threads = [] {
    return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
  };
  const auto before = threads();
  std::vector<std::unique_ptr<RecordingSink>> sinks;
  std::vector<std::unique_ptr<Tail>> tails;
  std::vector<Answer<Published>> answers(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto log = "session-" + std::to_string(i);
    sinks.push_back(std::make_unique<RecordingSink>());
    tails.push_back(connector_->tail(log, {at(-1)}, *sinks.back()));
    connector_->publish(log, {.value = log}, answers[i].callback());
  }
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(answers[i].get().value().offset, at(0));
    ASSERT_TRUE(sinks[i]->wait_records(1));
    EXPECT_EQ(sinks[i]->records()[0].value, "session-" + std::to_string(i));
  }
  EXPECT_LE(threads(), before);
}

TEST_F(EmbeddedLog, TreatsAHugeOffsetAsBeyondTheEnd) {
  open();
  publish_many(3, "v");
  const auto absurd = Offset::of_entry(1526919030474, 55);
  const auto range = ask<Offset>([&](auto done) {
    connector_->read(
        {.log = "log", .after = absurd, .until = at(2)},
        [](auto) { ADD_FAILURE() << "no record is there"; }, done);
  });
  EXPECT_EQ(range.value(), at(2));
  RecordingSink sink;
  const auto tail = connector_->tail("log", {absurd}, sink);
  ASSERT_TRUE(sink.wait([&] { return !sink.resets_now().empty(); }));
  EXPECT_EQ(sink.resets()[0].reason, "set_back");
  ASSERT_TRUE(sink.wait_records(3));
  EXPECT_EQ(sink.records()[0].offset, at(0));
}

TEST_F(EmbeddedLog, CreatesNoLogForAReader) {
  open();
  RecordingSink sink;
  const auto tail = connector_->tail("only-read", {at(-1)}, sink);
  EXPECT_EQ(extent("only-read").last, at(-1));
  publish("v", "written");
  embedded::Connection other(path(), SQLITE_OPEN_READWRITE);
  EXPECT_EQ(other.number("SELECT count(*) FROM logs"), 1);
}

}  // namespace sidestream::test
