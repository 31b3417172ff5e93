#include "sidecar/http/streams/stream_line.hpp"

#include <string>

namespace sidestream {
namespace {

std::string joined(const Stream& stream, const std::string& (*name)(const OpenLog&)) {
  std::string all;
  for (const Stream::Membership& membership : stream.memberships()) {
    if (!all.empty()) all += ',';
    all += name(membership.members->loop_log().open_log());
  }
  return all;
}

}  // namespace

std::unique_ptr<Stream::Line> make_line(const StreamOptions& options) {
  auto line = std::make_unique<Stream::Line>();
  line->client = options.client;
  line->subject = options.logged_subject;
  if (!options.trace_id.empty())
    line->trace_id = std::make_unique<const std::string>(options.trace_id);
  return line;
}

void write_stream_line(const Logger& log, const Stream& stream, CloseReason reason,
                       std::chrono::steady_clock::time_point now) {
  const auto topic = [](const OpenLog& l) -> const std::string& { return l.topic().settings.name; };
  const auto name = [](const OpenLog& l) -> const std::string& { return l.name(); };
  const auto& trace_id = stream.line()->trace_id;
  const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(now - stream.began());
  log.info("http", "stream ended",
           {{"topics", joined(stream, topic)},
            {"logs", joined(stream, name)},
            {"reason", name_of(reason)},
            {"duration_ms", duration.count()},
            {"events", stream.events()},
            {"bytes", stream.bytes()},
            {"lag", stream.subscription().lag()},
            {"client", format_ip(stream.line()->client.address)},
            {"peer", format_ip(stream.line()->client.peer)},
            {"subject", stream.line()->subject},
            {"trace_id", trace_id ? *trace_id : std::string()}});
}

}  // namespace sidestream
