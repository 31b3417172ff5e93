#include "sidecar/base/log_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

// A pipe of the smallest size, which nobody reads until read_all().
class LogPipe : public testing::Test {
 protected:
  LogPipe() {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    ::fcntl(ends_[1], F_SETPIPE_SZ, 4096);
  }
  ~LogPipe() override {
    ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
  }
  int write_end() const { return ends_[1]; }
  // Reads until the write end is closed.
  std::string read_all() const {
    std::string all;
    std::array<char, 65536> some{};
    for (ssize_t n = 0; (n = ::read(ends_[0], some.data(), some.size())) > 0;) {
      all.append(some.data(), static_cast<std::size_t>(n));
    }
    return all;
  }
  void close_write_end() { ::close(std::exchange(ends_[1], -1)); }
  // For a test whose writer may still write when the test ends.
  void leave_write_end_open() { ends_[1] = -1; }

 private:
  std::array<int, 2> ends_{};
};

TEST_F(LogPipe, GetsTheLinesInOrder) {
  std::string written;
  std::string read;
  std::thread reader([&] { read = read_all(); });
  {
    LogWriter writer(write_end(), LogFormat::text, {1024 * 1024, 60s});
    for (int i = 0; i < 1000; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      writer.write(line);
      written += line;
    }
  }
  close_write_end();
  reader.join();
  EXPECT_EQ(read, written);
}

TEST_F(LogPipe, NeverBlocksTheWriterWhenNobodyReads) {
  constexpr std::uint64_t lines = 100'000;
  const std::string line(99, 'x');
  std::string read;
  std::uint64_t dropped = 0;
  std::thread reader;
  {
    LogWriter writer(write_end(), LogFormat::json, {64 * 1024, 60s});
    for (std::uint64_t i = 0; i < lines; ++i) writer.write(line + "\n");
    dropped = writer.dropped();
    EXPECT_GE(dropped, lines - 1000);
    reader = std::thread([&] { read = read_all(); });
  }
  close_write_end();
  reader.join();
  std::uint64_t told = 0, notices = 0;
  constexpr std::string_view mark = "log lines dropped\",\"dropped\":";
  for (auto at = read.find(mark); at != std::string::npos; at = read.find(mark, at + 1)) {
    told += std::stoull(read.substr(at + mark.size()));
    ++notices;
  }
  EXPECT_EQ(told, dropped);
  const auto count = static_cast<std::uint64_t>(std::count(read.begin(), read.end(), '\n'));
  EXPECT_EQ(count, lines - dropped + notices);
}

TEST_F(LogPipe, GivesUpWhenItIsDestroyedAndNobodyReads) {
  LogWriter writer(write_end(), LogFormat::text, {64 * 1024, 1ms});
  leave_write_end_open();
  for (int i = 0; i < 1000; ++i) writer.write(std::string(99, 'x') + "\n");
}

TEST(LogWriter, CountsLinesThatCannotBeWritten) {
  const int closed = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(closed, 0);
  auto writer = std::make_unique<LogWriter>(closed, LogFormat::text);
  writer->write("lost\n");
  while (writer->dropped() == 0) std::this_thread::yield();
  EXPECT_EQ(writer->dropped(), 1u);
  writer.reset();
  ::close(closed);
}

}  // namespace
}  // namespace sidestream
