// Problems with the file of the embedded connector: another owner, foreign files, damage, no space.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "connectors/embedded/database_file.hpp"
#include "tests/integration/connectors/embedded_test.hpp"

namespace sidestream::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

}  // namespace

TEST_F(EmbeddedLog, WaitsWhileAnotherConnectorOwnsTheFile) {
  open();
  publish("one");
  auto second = make_embedded_connector("second", {.path = path()}, Logger());
  second->start();
  ASSERT_TRUE(eventually([&] { return second->probe().detail() != "not connected yet"; }));
  EXPECT_FALSE(second->probe().is_up());
  EXPECT_THAT(second->probe().detail(), HasSubstr(path() + ": is in use by another connector"));
  EXPECT_THAT(second->probe().detail(), HasSubstr(std::to_string(::getpid())));
  EXPECT_EQ(
      ask<Published>([&](auto done) { second->publish("log", {.value = "no"}, done); }).error(),
      Errc::unavailable);
  EXPECT_EQ(check_embedded({.path = path()}), std::nullopt) << "--check works meanwhile";
  close();
  ASSERT_TRUE(eventually([&] { return second->probe().is_up(); }));
  connector_ = std::move(second);
  EXPECT_EQ(publish("two"), at(1));
}

TEST_F(EmbeddedLog, KeepsTheRecordsOfAFileOfTheFirstVersion) {
  open();
  publish("old");
  close();
  embedded::Connection(path(), SQLITE_OPEN_READWRITE)
      .run("ALTER TABLE records DROP COLUMN fields; DROP TABLE once; PRAGMA user_version = 1");
  open();
  Message message{.value = "new"};
  message.fields = {{"request", "1"}};
  EXPECT_TRUE(ask<Published>([&](auto done) { connector_->publish("log", message, done); }));
  const auto all = read_all();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all.at(0).value, "old");
  EXPECT_EQ(all.at(1).value, "new");
}

TEST_F(EmbeddedLog, AppendsOnce) {
  open();
  const auto once = [&](const std::string& name, const std::string& content) {
    Message message{.value = content};
    message.once = {name, content, std::chrono::seconds(60)};
    return ask<Published>([&](auto done) { connector_->publish("log", message, done); });
  };
  const auto first = once("a", "x").value();
  EXPECT_TRUE(first.is_new);
  const auto again = once("a", "x").value();
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.offset, first.offset);
  EXPECT_EQ(once("a", "y").error(), Errc::conflict);
  EXPECT_TRUE(once("b", "x").value().is_new);
  EXPECT_EQ(held(), 2);
}

TEST_F(EmbeddedLog, RefusesForeignFilesUnchanged) {
  const auto expect_refused = [&](const std::string& file, const std::string& why) {
    EXPECT_THAT(check_embedded({.path = file}).value_or("(fine)"), HasSubstr(file + ": " + why));
    open({.path = file});
    EXPECT_THAT(trouble(), HasSubstr(file + ": " + why));
    EXPECT_EQ(try_publish("v").error(), Errc::unavailable);
    close();
  };
  const auto text = (folder_ / "notes.txt").string();
  write_file(text, std::string(5000, 'n'));
  expect_refused(text, "is not a database of Sidestream");
  EXPECT_EQ(fs::file_size(text), 5000u);

  const auto foreign = (folder_ / "foreign.db").string();
  embedded::Connection(foreign, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      .run("CREATE TABLE invoices (id INTEGER)");
  expect_refused(foreign, "is an SQLite database of another program");

  const auto newer = (folder_ / "newer.db").string();
  embedded::open_for_writing(newer)->run("PRAGMA user_version = 3");
  expect_refused(newer, "was written by a newer Sidestream");

  expect_refused(folder_.string(), "is a directory");
  const auto nowhere = (folder_ / "missing" / "log.db").string();
  expect_refused(nowhere, "the directory " + (folder_ / "missing").string() + " does not exist");
}

TEST_F(EmbeddedLog, CreatesNoFileOnCheck) {
  EXPECT_EQ(check_embedded({.path = path()}), std::nullopt);
  EXPECT_FALSE(fs::exists(path()));
  EXPECT_EQ(check_embedded({}), std::nullopt);
}

TEST_F(EmbeddedLog, ReportsADamagedLogAndServesTheOthers) {
  open();
  publish_many(5000, std::string(200, 'x'));
  publish("fine", "other");
  close();
  {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(50 * 4096);
    for (int i = 0; i < 50 * 4096; ++i) file.put('\x7f');
  }
  open();
  Answer<Offset> range;
  connector_->read(
      {.log = "log",
       .after = at(-1),
       .until = at(4999),
       .max_records = 5000,
       .max_bytes = 10'000'000},
      [](auto) {}, range.callback());
  ASSERT_TRUE(eventually([&] {
    return connector_->probe().detail().starts_with(path() + ": database disk image is malformed");
  }));
  EXPECT_EQ(extent("other").last, at(0));
  EXPECT_EQ(extent("other").last, at(0));
  EXPECT_FALSE(range.ready());
  connector_->stop();
  EXPECT_EQ(range.get().error(), Errc::stopped);
}

TEST_F(EmbeddedLog, AnswersAPublishWhileAnotherProgramLocksTheFile) {
  open();
  publish("before");
  {
    embedded::Connection other(path(), SQLITE_OPEN_READWRITE);
    other.run("BEGIN IMMEDIATE");
    EXPECT_EQ(try_publish("during").error(), Errc::unavailable);
    EXPECT_THAT(trouble(), HasSubstr("locked by another program"));
    EXPECT_EQ(held(), 1) << "reading continues";
    other.run("ROLLBACK");
  }
  ASSERT_TRUE(wait_up());
  EXPECT_EQ(publish("after"), at(1));
}

TEST_F(EmbeddedLog, ReadsOnWhenTheFileSizeLimitStopsPublishing) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  open();
  publish("first");
  const rlimit tight{8 * 1024 * 1024, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  std::int64_t written = 1;
  PublishResult result = Errc::stopped;
  for (int i = 0; i < 100; ++i) {
    result = try_publish(std::string(1024 * 1024, 'x'));
    if (!result) break;
    ++written;
  }
  EXPECT_EQ(result.error(), Errc::unavailable);
  EXPECT_THAT(trouble(), HasSubstr("cannot be written"));
  EXPECT_EQ(held(), written) << "reading continues, and nothing else was written";
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  ASSERT_TRUE(wait_up());
  EXPECT_EQ(publish("after"), at(written));
}

TEST_F(EmbeddedLog, PublishesAgainOnceAFullDiskHasSpace) {
  // A small disk, visible only to this thread and its children.
  bool mounted = false;
  std::thread with_small_disk([&] {
    mounted = ::unshare(CLONE_NEWNS) == 0 &&
              ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
              ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=6m") == 0;
    if (!mounted) return;
    const auto ballast = (folder_ / "ballast").string();
    write_file(ballast, std::string(3 * 1024 * 1024, 'b'));
    open();
    std::int64_t written = 0;
    PublishResult result = Errc::stopped;
    for (int i = 0; i < 1000; ++i) {
      result = try_publish(std::string(50'000, 'x'));
      if (!result) break;
      ++written;
    }
    EXPECT_EQ(result.error(), Errc::unavailable);
    EXPECT_THAT(trouble(), HasSubstr("no space left"));
    EXPECT_THAT(trouble(), HasSubstr(path()));
    EXPECT_EQ(static_cast<std::int64_t>(read_all().size()), written) << "reading continues";
    fs::remove(ballast);
    EXPECT_TRUE(wait_up()) << "by itself, without a publish";
    EXPECT_EQ(publish("after"), at(written));
    close();
  });
  with_small_disk.join();
  if (!mounted) GTEST_SKIP() << "no permission to mount a small disk";
}

TEST_F(EmbeddedLog, ALostFileIsAnnouncedToReadersOfOldIds) {
  open();
  Offset old;
  for (int i = 0; i < 3; ++i) old = publish("old");
  close();
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directory(folder_);
  open();
  for (int i = 0; i < 5; ++i) publish("new");
  const auto held = whole_extent();
  EXPECT_LT(old, held.origin) << "an id of the lost file is none of this one";
  EXPECT_LT(old, held.partitions[0].floor);
  EXPECT_EQ(read_all().size(), 5u);
}

TEST_F(EmbeddedLog, KeepsTheOffsetsOfAFileOfAnOlderVersion) {
  open();
  publish("one");
  close();
  {
    embedded::Connection file(path(), SQLITE_OPEN_READWRITE);
    file.run(
        "DELETE FROM meta WHERE name = 'start'; UPDATE logs SET next = 1;"
        "UPDATE records SET offset = 0");
  }
  open();
  EXPECT_EQ(at(0), Offset::of(0));
  EXPECT_EQ(publish("two"), Offset::of(1));
  EXPECT_EQ(extent().floor, Offset::of(-1));
}

TEST_F(EmbeddedLog, FilesAreForTheirUserAlone) {
  const auto mask = ::umask(0);
  open();
  publish("v");
  ::umask(mask);
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    const auto mode = std::filesystem::status(path() + suffix).permissions();
    EXPECT_EQ(mode, std::filesystem::perms(0600)) << suffix;
  }
}

TEST_F(EmbeddedLog, RefusesSymbolicLinks) {
  const auto victim = (folder_ / "victim").string();
  write_file(victim, "precious");
  for (const char* suffix : {".lock", ""}) {
    std::filesystem::create_symlink(victim, path() + suffix);
    open();
    EXPECT_THAT(trouble(), testing::HasSubstr("symbolic link"));
    close();
    std::filesystem::remove(path() + suffix);
    EXPECT_EQ(std::filesystem::file_size(victim), 8u) << "untouched";
  }
  open();
  EXPECT_TRUE(wait_up());
}

}  // namespace sidestream::test
