#include "sidecar/http/streams/stream_line.hpp"

namespace sidestream {
namespace {

std::string joined(const StreamEnd& end, const std::string& (*name)(const OpenLog&)) {
  std::string all;
  for (const OpenLog* log : end.logs) {
    if (!all.empty()) all += ',';
    all += name(*log);
  }
  return all;
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
       {"client", format_ip(end.client.address)},
       {"peer", format_ip(end.client.peer)},
       {"trace_id", end.trace_id}});
}

}  // namespace sidestream
