#include "sidecar/http/limits/refusal_log.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

struct KindOfLine {
  LinePace::Rate rate;
  std::string_view text;
};

// In the order of Kind. Connections: at most 55 lines in any minute.
constexpr std::array<KindOfLine, 6> kinds{{{{1200ms, 6s}, "connection closed"},
                                           {{200ms, 20s}, "stream refused"},
                                           {{200ms, 20s}, "publish refused"},
                                           {{200ms, 20s}, "request refused"},
                                           {{1200ms, 6s}, "replay delayed"},
                                           {{1200ms, 6s}, "TLS handshake failed"}}};

constexpr std::size_t path_max = 256;  // bytes in a line

}  // namespace

void RefusalLog::write(Kind kind, std::string_view reason, const Client& client, unsigned status,
                       const Target& target, Clock::time_point now) {
  if (!log_.on(LogLevel::warn)) return;
  const auto index = static_cast<std::size_t>(kind);
  const auto left_out = paces_[index].admit(kinds[index].rate, now);
  if (!left_out) return;
  log_.warn("http", kinds[index].text,
            {{"reason", reason},
             {"status", status},
             {"method", target.method},
             {"path", target.path.substr(0, path_max)},
             {"client", format_ip(client.address)},
             {"peer", format_ip(client.peer)},
             {"subject", target.subject},
             {"left_out", *left_out}});
}

void RefusalLog::handshake_failed(std::string_view reason, std::string_view error,
                                  const Client& client, Clock::time_point now) {
  if (!log_.on(LogLevel::warn)) return;
  constexpr auto index = static_cast<std::size_t>(Kind::handshake);
  const auto left_out = paces_[index].admit(kinds[index].rate, now);
  if (!left_out) return;
  log_.warn("http", kinds[index].text,
            {{"reason", reason},
             {"error", error},
             {"client", format_ip(client.address)},
             {"peer", format_ip(client.peer)},
             {"left_out", *left_out}});
}

void RefusalLog::delayed(std::string_view limit, AddressKey client, Clock::time_point now) {
  if (!log_.on(LogLevel::warn)) return;
  constexpr auto index = static_cast<std::size_t>(Kind::replay);
  const auto left_out = paces_[index].admit(kinds[index].rate, now);
  if (!left_out) return;
  log_.warn(
      "http", kinds[index].text,
      {{"reason", limit}, {"client", format_ip(first_address(client))}, {"left_out", *left_out}});
}

}  // namespace sidestream
