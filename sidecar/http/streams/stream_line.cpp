#include "sidecar/http/streams/stream_line.hpp"

namespace sidestream {
namespace {

namespace ip = boost::asio::ip;

std::string joined(const StreamEnd& end, const std::string& (*name)(const OpenLog&)) {
  std::string all;
  for (const OpenLog* log : end.logs) {
    if (!all.empty()) all += ',';
    all += name(*log);
  }
  return all;
}

std::string text(const ip::address_v6& address) {
  if (address.is_unspecified()) return {};
  if (address.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address).to_string();
  return address.to_string();
}

}  // namespace

void write_stream_line(const Logger& log, const StreamEnd& end) {
  const auto topic = [](const OpenLog& l) -> const std::string& { return l.topic().settings.name; };
  const auto name = [](const OpenLog& l) -> const std::string& { return l.name(); };
  log.info(
      "http", "stream ended",
      {{"topics", joined(end, topic)},
       {"logs", joined(end, name)},
       {"reason", name_of(end.reason)},
       {"duration_ms", std::chrono::duration_cast<std::chrono::milliseconds>(end.duration).count()},
       {"events", end.events},
       {"bytes", end.bytes},
       {"lag", end.lag},
       {"peer", text(end.peer)},
       {"trace_id", end.trace_id}});
}

}  // namespace sidestream
