#include "sidecar/app/application.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "sidecar/app/collect_stats.hpp"
#include "sidecar/app/machine.hpp"
#include "sidecar/app/version.hpp"
#include "sidecar/metrics/exporter.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto tidy_every = 1s;
constexpr std::uint64_t spare_files = 256;  // brokers, listeners, admin connections

}  // namespace

Application::Application(Loaded loaded, const std::string& config, HiddenTexts& hidden, Logger log,
                         const LogWriter& writer)
    : hidden_(hidden),
      log_(std::move(log)),
      writer_(writer),
      memory_(loaded.settings.server.memory > 0 ? loaded.settings.server.memory : default_memory(),
              std::ranges::any_of(loaded.settings.connectors, is_in_memory)),
      access_(
          probe_.access, [this](const Revocation& revocation) { server_.revoke(revocation); },
          log_),
      configuration_(std::move(loaded.settings), memory_.budget() / 4, access_, log_),
      pool_(memory_),
      logs_(memory_, pool_, log_),
      pages_(logs_, probe_, lifecycle_, calls()),
      router_(pages_),
      server_(configuration_.serving(), router_, logs_, memory_, probe_, lifecycle_, quotas_,
              hidden_, log_),
      reload_(config, std::move(loaded.files), configuration_, hidden_, probe_.config, log_),
      drain_socket_(config, log_),
      drain_(server_, quotas_, lifecycle_, log_),
      end_topics_(log_) {}

AdminPages::Calls Application::calls() {
  const auto drain = [this] {
    lifecycle_.advance(Lifecycle::Phase::draining);
    drain_requested_.store(true);
  };
  const auto shown = [this](std::string_view text) { return hidden_.hide(text); };
  return {[this] { return metrics(); }, [this] { return configuration_.connectors(); }, drain,
          shown};
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
             {"streams_tls", settings()->server.tls.has_value()},
             {"admin", server_.admin_address()},
             {"admin_tls", settings()->server.admin_tls.has_value()},
             {"threads", threads},
             {"memory", memory_.budget()},
             {"version", version}});
  wait_for_end();
  server_.stop();
  access_.stop();
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
  wanted = std::max(wanted, serving->server.limits.connections + spare_files);
  const std::uint64_t got = raise_file_limit(wanted);
  if (got >= wanted) return;
  log_.warn("app", "open file limit too low for max_connections",
            {{"limit", got}, {"wanted", wanted}, {"hint", "raise the hard limit (ulimit -Hn)"}});
}

void Application::wait_for_end() {
  auto tidied_at = Clock::now();
  while (true) {
    const auto signal = signals_.wait(drain_socket_.descriptor(), drain_.pause());
    const auto now = Clock::now();
    const bool hang_up = signal && *signal == SIGHUP;
    const bool term = signal && !hang_up;
    if (term && drain_.is_ending()) return log_.warn("app", "second signal: stopping immediately");
    if (term) drain_.end();
    const bool requested = drain_socket_.take_orders() || drain_requested_.exchange(false);
    if (term || requested) drain_.begin(now, settings()->server.drain_delay);
    drain_socket_.acknowledge();
    if (drain_.step(now, settings()->server.drain)) return;
    if (hang_up ? reload_.run() : reload_.poll(now)) check_file_limit();
    if (now - tidied_at < tidy_every) continue;
    tidied_at = now;
    logs_.tidy(now);
    configuration_.tidy(logs_);
    server_.look_at_certificates();
    end_topics_.step(settings()->topics, now);
    heap_trim_.step(now);
  }
}

std::string Application::metrics() const {
  ProcessStats stats;
  stats.version = version;
  stats.server = &probe_;
  const auto serving = settings();
  stats.connections = quotas_.connections.taken();
  stats.streams = quotas_.streams.taken();
  stats.upstream_requests = quotas_.requests.taken();
  stats.upstream_tunnels = quotas_.tunnels.taken();
  stats.draining = lifecycle_.is_draining();
  stats.upstream = serving->server.upstream.has_value();
  stats.max_streams = serving->server.max_connections;
  stats.replay_bytes = pool_.bytes();
  stats.pinned_bytes = memory_.pinned();
  stats.memory_budget = memory_.budget();
  stats.memory_limit = memory_limit().value_or(0);
  stats.log_lines_dropped = writer_.dropped();
  stats.topics = collect_topics(*serving, logs_);
  stats.connectors = collect_connectors(configuration_);
  stats.access = collect_access(serving->access.get(), access_.tokens());
  return prometheus_text(stats);
}

}  // namespace sidestream
