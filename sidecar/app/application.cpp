#include "sidecar/app/application.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <optional>
#include <utility>

#include "sidecar/app/machine.hpp"
#include "sidecar/app/version.hpp"
#include "sidecar/metrics/exporter.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto look_around = 200ms;  // for a drain that was asked for, and streams that have ended
constexpr auto tidy_every = 1s;
constexpr auto last_requests = 100ms;  // of connections that were waiting when the port was closed
constexpr auto drain_margin = 2s;  // after the window: for sockets that still take their last bytes
constexpr std::uint64_t spare_files = 256;  // brokers, listeners, admin connections

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

int make_signal_descriptor() {
  const sigset_t set = our_signals();
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Log block_signals(Log log) {
  const sigset_t set = our_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return log;
}

// Nothing: none came in time, or something came through `socket`.
std::optional<int> wait_for_signal(int signals, int socket, std::chrono::milliseconds most) {
  std::array<pollfd, 2> from{{{signals, POLLIN, 0}, {socket, POLLIN, 0}}};
  static_cast<void>(::poll(from.data(), from.size(), static_cast<int>(most.count())));
  signalfd_siginfo info{};
  if (::read(signals, &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace

Application::Application(Loaded loaded, const std::string& config, Log log)
    : log_(block_signals(std::move(log))),
      memory_(loaded.settings.server.memory > 0 ? loaded.settings.server.memory : default_memory()),
      configuration_(std::move(loaded.settings), log_),
      pool_(memory_),
      logs_(memory_, pool_, log_),
      pages_(logs_, probe_, calls()),
      router_(pages_),
      server_(configuration_.serving(), router_, logs_, memory_, probe_, log_),
      reload_(config, std::move(loaded.files), configuration_, probe_.config, log_),
      drain_socket_(config),
      signals_(make_signal_descriptor()) {}

Application::~Application() { ::close(signals_); }

AdminPages::Calls Application::calls() {
  const auto drain = [this] {
    probe_.draining.store(true);
    drain_asked_.store(true);
  };
  return {[this] { return metrics(); }, [this] { return configuration_.connectors(); }, drain};
}

std::vector<std::string> Application::open() { return server_.open(); }

int Application::run() {
  check_file_limit();
  const int wanted = settings()->server.threads;
  const int threads = wanted > 0 ? wanted : default_threads();
  configuration_.start();
  server_.run(threads);
  log_.info("app", "listening",
            {{"streams", server_.streams_address()},
             {"admin", server_.admin_address()},
             {"threads", threads},
             {"memory", memory_.budget()},
             {"version", version}});
  wait_for_end();
  server_.stop();
  logs_.close();
  configuration_.stop();
  log_.info("app", "stopped");
  return 0;
}

void Application::check_file_limit() {
  const auto serving = settings();
  std::uint64_t wanted = serving->server.max_connections + spare_files;
  if (const auto& app = serving->server.upstream) {
    wanted += 2 * (std::uint64_t{app->max_requests} + app->max_tunnels);  // both sides
  }
  const std::uint64_t got = raise_file_limit(wanted);
  if (got >= wanted) return;
  log_.warn("app", "the limit of open files is too low for max_connections",
            {{"limit", got}, {"wanted", wanted}, {"hint", "raise the hard limit (ulimit -Hn)"}});
}

// Drain: not ready, still accepting (drain_delay); then streams end, spread over the window. Only a
// signal ends the process; with no stream left it does so at once.
void Application::wait_for_end() {
  bool ending = false;
  std::optional<Clock::time_point> streams_end_at;
  std::optional<Clock::time_point> give_up_at;
  std::optional<Clock::time_point> closed_at;  // nobody can connect any more
  auto tidied_at = Clock::now();
  while (true) {
    const auto most = closed_at ? last_requests : look_around;
    const auto signal = wait_for_signal(signals_, drain_socket_.descriptor(), most);
    const auto now = Clock::now();
    const bool hang_up = signal && *signal == SIGHUP;
    if (hang_up ? reload_.run() : reload_.look(now)) check_file_limit();
    const bool asked = drain_socket_.asked() || drain_asked_.exchange(false);
    const bool term = signal && *signal != SIGHUP;
    if (term && ending) return log_.warn("app", "second signal: stopping at once");
    ending = ending || term;
    if ((term || asked) && !streams_end_at) {
      begin_drain();
      streams_end_at = now + settings()->server.drain_delay;
    }
    if (streams_end_at && !give_up_at && now >= *streams_end_at) {
      const auto window = settings()->server.drain;
      server_.drain(window);
      give_up_at = now + window + drain_margin;
    }
    const bool over = give_up_at && (nothing_is_open() || now >= *give_up_at);
    if (ending && over && closed_at && now >= *closed_at + last_requests) return;
    if (ending && over && !closed_at) {
      server_.stop_accepting();
      closed_at = now;
    }
    if (now - tidied_at >= tidy_every) {
      tidied_at = now;
      logs_.tidy(now);
      configuration_.tidy(logs_);
    }
  }
}

bool Application::nothing_is_open() const {
  return probe_.streams.value() == 0 && probe_.upstream.requests_open.value() == 0 &&
         probe_.upstream.tunnels_open.value() == 0;
}

void Application::begin_drain() {
  probe_.draining.store(true);
  log_.info("app", "draining", {{"streams", probe_.streams.value()}});
}

std::string Application::metrics() const {
  Figures figures;
  figures.version = version;
  figures.server = &probe_;
  const auto serving = settings();
  figures.upstream = serving->server.upstream.has_value();
  figures.max_streams = serving->server.max_connections;
  figures.replay_bytes = pool_.bytes();
  figures.pinned_bytes = memory_.pinned();
  figures.memory_budget = memory_.budget();
  figures.memory_limit = memory_limit().value_or(0);
  const auto open_logs = logs_.all();
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  for (const auto& topic : serving->topics.all()) {
    TopicFigures t{topic->settings.name, &topic->probe};
    for (const auto& log : open_logs) {
      if (&log->topic() != topic.get()) continue;
      const auto f = log->log().figures();
      ++t.open_logs;
      if (!log->log().is_open() && log->readers() > 0) ++t.opening_logs;
      t.log_bytes += f.bytes;
      t.log_frames += f.frames;
      t.slowest_lag = std::max(t.slowest_lag, log->slowest_lag());
      if (f.oldest_ms > 0) {
        t.log_age_seconds =
            std::max(t.log_age_seconds, static_cast<double>(now - f.oldest_ms) / 1000);
      }
    }
    figures.topics.push_back(std::move(t));
  }
  for (const auto& made : configuration_.connectors()) {
    const ConnectorProbe& p = made.connector->probe();
    figures.connectors.push_back({made.name, made.kind, p.is_up(), p.reconnects, p.errors,
                                  p.records_read, p.ranges_read, p.published, p.publish_failures,
                                  p.tails});
  }
  return prometheus_text(figures);
}

}  // namespace sidestream
