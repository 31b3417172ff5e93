// A log that nobody reads: stderr is a full pipe.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "tests/support/harness/event_stream.hpp"
#include "tests/support/harness/sidecar.hpp"

extern char** environ;

namespace e2e {
namespace {

// The server with the smallest pipe as stderr.
class Unread {
 public:
  Unread() {
    Config config;
    config.listen = streams_.text();
    config.admin = admin_.text();
    config.connectors = {"local: { embedded: {} }"};
    config.topics = {"t: { from: local }"};
    const std::string path = folder_.path() / "s.yaml";
    std::ofstream(path) << config.yaml();
    if (pipe2(pipe_.data(), O_CLOEXEC) != 0) throw WireError("no pipe");
    fcntl(pipe_[1], F_SETPIPE_SZ, 4096);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_[1], STDERR_FILENO);
    std::string binary = sidestream_binary(), option = "--config", file = path;
    std::array<char*, 4> arguments{binary.data(), option.data(), file.data(), nullptr};
    posix_spawn(&pid_, binary.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Unread() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    for (const int end : pipe_) close(end);
  }
  const Address& streams() const { return streams_; }
  const Address& admin() const { return admin_; }
  std::string read_some() const {
    std::string bytes(65536, '\0');
    const auto n = read(pipe_[0], bytes.data(), bytes.size());
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
  }

 private:
  TempDir folder_;
  const Address streams_{"127.0.0.1", free_port()};
  const Address admin_{"127.0.0.1", free_port()};
  std::array<int, 2> pipe_{};
  pid_t pid_ = -1;
};

TEST(LogPipe, DelaysNoStreamWhenNobodyReadsIt) {
  Unread sidecar;
  ASSERT_TRUE(eventually([&] { return listens(sidecar.streams()); }));
  // A line for each: far more than a pipe and the buffer hold.
  for (int i = 0; i < 400; ++i) EventStream(sidecar.streams(), "/events/t").control("stream-open");
  const auto before = Clock::now();
  EXPECT_EQ(get(sidecar.admin(), "/livez").status, 200);
  EventStream(sidecar.streams(), "/events/t").control("stream-open");
  EXPECT_LT(Clock::now() - before, 1s * patience);
}

}  // namespace
}  // namespace e2e
