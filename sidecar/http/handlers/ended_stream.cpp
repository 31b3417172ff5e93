#include "sidecar/http/handlers/ended_stream.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/start/resolve.hpp"

namespace sidestream {
namespace {

bool is_over(const StreamRequest::Part& part, bool only_running, const EndedLogs& ended) {
  using Kind = StartRequest::Kind;
  const bool any = only_running || part.start.kind == Kind::live;  // whatever the end is
  if (!part.topic->end.exists() || (!any && part.start.kind != Kind::resume)) return false;
  const auto end = ended.find(part.topic, part.log);
  if (!end || !end->ended) return false;
  if (any) return true;
  const OffsetFormat format = part.topic->connector.format();
  const ParsedId id = parse_resume_id(part.start.id, part.topic->settings.name, format);
  return id.position && id.position->size() == 1 && id.position->front() == *end->newest;
}

}  // namespace

bool is_over(const StreamRequest& stream, const EndedLogs& ended) {
  return std::ranges::all_of(
      stream.parts, [&](const auto& part) { return is_over(part, stream.only_running, ended); });
}

Response answer_ended(const StreamRequest& stream, Fields headers) {
  for (const auto& part : stream.parts) part.topic->probe.ended_starts.add();
  Response response;
  response.status = 204;
  response.headers = std::move(headers);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace sidestream
