#include "sidecar/http/limits/refusal_log.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

using namespace std::chrono_literals;

struct Rate {
  RefusalLog::Clock::duration interval;  // between lines, in the long run
  RefusalLog::Clock::duration burst;     // of lines at once: burst / interval
  std::string_view text;
};

// In the order of Kind. Connections: at most 55 lines in any minute.
constexpr std::array<Rate, 4> rates{{{1200ms, 6s, "connection closed"},
                                     {200ms, 20s, "stream refused"},
                                     {200ms, 20s, "publish refused"},
                                     {200ms, 20s, "request refused"}}};

}  // namespace

bool RefusalLog::admit(Kind kind, Clock::time_point now, std::uint64_t& left_out) {
  const Rate& rate = rates[static_cast<std::size_t>(kind)];
  const std::lock_guard lock(mutex_);
  Pace& pace = paces_[static_cast<std::size_t>(kind)];
  const auto whole_at = std::max(pace.whole_at, now) + rate.interval;
  if (whole_at - now > rate.burst) {
    ++pace.left_out;
    return false;
  }
  pace.whole_at = whole_at;
  left_out = std::exchange(pace.left_out, 0);
  return true;
}

void RefusalLog::write(Kind kind, std::string_view reason, const Client& client, unsigned status,
                       Clock::time_point now) {
  std::uint64_t left_out = 0;
  if (!log_.on(LogLevel::warn) || !admit(kind, now, left_out)) return;
  log_.warn("http", rates[static_cast<std::size_t>(kind)].text,
            {{"reason", reason},
             {"status", status},
             {"client", format_ip(client.address)},
             {"peer", format_ip(client.peer)},
             {"left_out", left_out}});
}

}  // namespace sidestream
