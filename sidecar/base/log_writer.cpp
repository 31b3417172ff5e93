#include "sidecar/base/log_writer.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace sidestream {
namespace {

// Lines that fit are written together. Writes of up to this size don't mix with those of another
// process (PIPE_BUF).
constexpr std::size_t write_size = 4096;

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // another process has made it non-blocking
      pollfd waits{descriptor, POLLOUT, 0};
      ::poll(&waits, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::thread start_without_signals(auto run) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(run));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

struct LogWriter::State {
  State(int d, LogFormat f) : descriptor(d), format(f) {}

  // All but `dropped` require the lock.
  void push(std::string_view line) {
    lines.emplace_back(line);
    bytes += line.size();
  }
  void report_dropped() {
    const std::uint64_t count = std::exchange(unreported, 0);
    if (count == 0) return;
    push(format_line(format, LogLevel::warn, "log", std::to_string(count) + " log lines dropped",
                     {{"dropped", count}}));
  }
  std::string take() {
    std::string together;
    do {
      together += lines.front();
      lines.pop_front();
      ++writing;
    } while (!lines.empty() && together.size() + lines.front().size() <= write_size);
    bytes -= together.size();
    return together;
  }

  const int descriptor;
  const LogFormat format;
  std::atomic<std::uint64_t> dropped{0};

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> lines;
  std::size_t bytes = 0;
  std::size_t writing = 0;       // lines that the thread is writing
  std::uint64_t unreported = 0;  // of the dropped
  bool stopping = false;
  bool started = false;
};

LogWriter::LogWriter(int descriptor, LogFormat format, Limits limits)
    : state_(std::make_shared<State>(descriptor, format)), limits_(limits) {}

LogWriter::~LogWriter() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, limits_.flush,
                           [this] { return state_->lines.empty() && state_->writing == 0; });
}

void LogWriter::write(std::string_view line) {
  std::unique_lock lock(state_->mutex);
  if (state_->bytes + line.size() > limits_.buffer) {
    state_->dropped.fetch_add(1, std::memory_order_relaxed);
    ++state_->unreported;
    return;
  }
  state_->report_dropped();
  state_->push(line);
  if (!std::exchange(state_->started, true))
    start_without_signals([state = state_] { run(state); }).detach();
  lock.unlock();  // the thread that wakes would wait for it
  state_->changed.notify_all();
}

std::uint64_t LogWriter::dropped() const { return state_->dropped.load(std::memory_order_relaxed); }

void LogWriter::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(lock, [&] { return !state->lines.empty() || state->stopping; });
    if (state->lines.empty()) return;
    const std::string together = state->take();
    lock.unlock();
    const bool written = write_all(state->descriptor, together);
    lock.lock();
    if (!written) state->dropped.fetch_add(state->writing, std::memory_order_relaxed);
    state->writing = 0;
    if (state->lines.empty()) state->report_dropped();
    state->changed.notify_all();
  }
}

}  // namespace sidestream
