#include "sidecar/http/limits/publish_log.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr LinePace::Rate acknowledged_rate{10ms, 10s};
constexpr LinePace::Rate failed_rate{200ms, 20s};

}  // namespace

void PublishLog::write(const Line& line, const Client& client, std::uint32_t access_log,
                       Clock::time_point now) {
  const bool failed = !line.reason.empty();
  if (!failed && access_log == 0) return;
  if (!failed && acknowledged_.fetch_add(1, std::memory_order_relaxed) % access_log != 0) return;
  const LogLevel level = failed ? LogLevel::warn : LogLevel::info;
  if (!log_.on(level)) return;
  const auto left_out = failed ? failed_pace_.admit(failed_rate, now)
                               : acknowledged_pace_.admit(acknowledged_rate, now);
  if (!left_out) return;
  log_.write(level, "http", failed ? "publish failed" : "published",
             {{"topic", line.topic},
              {"path", line.path},
              {"log", line.log},
              {"status", line.status},
              {"bytes", line.bytes},
              {"client", format_ip(client.address)},
              {"peer", format_ip(client.peer)},
              {"subject", line.subject},
              {"left_out", *left_out},
              {"error", line.reason}});
}

}  // namespace sidestream
