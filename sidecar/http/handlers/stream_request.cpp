#include "sidecar/http/handlers/stream_request.hpp"

#include <algorithm>
#include <unordered_map>

#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/start_rule.hpp"
#include "sidecar/settings/units.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/start/resolve.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

StartRequest default_start(const TopicSettings& topic) {
  StartRequest start;
  start.kind =
      topic.start == Start::earliest ? StartRequest::Kind::earliest : StartRequest::Kind::live;
  return start;
}

StartRequest resume(const std::string& id) {
  StartRequest start;
  start.kind = StartRequest::Kind::resume;
  start.id = id;
  return start;
}

// A topic that a composite id doesn't name is new to this reader and keeps its own start. The id is
// parsed once, and each topic gets its part only: an id may be long and the topics many.
void resume_parts(std::vector<StreamRequest::Part>& parts, const std::string& id) {
  const auto named = parse_composite(id);
  if (!named) {
    // The id of one log says nothing of several.
    for (auto& part : parts) part.start = resume(parts.size() > 1 ? std::string(unusable_id) : id);
    return;
  }
  std::unordered_map<std::string_view, std::string_view> by_topic;
  for (const auto& [topic, part] : *named) by_topic.emplace(topic, part);  // the first counts
  for (auto& part : parts) {
    const auto found = by_topic.find(part.topic->settings.name);
    if (found == by_topic.end() || found->second.empty()) continue;
    std::string own;
    append_composite(own, found->first, found->second);
    part.start = resume(own);
  }
}

// The start of each part: the id if there is one, else the rule of the request, else the topic's.
std::optional<Response> set_starts(StreamRequest& stream, const Request& request, Timestamp now) {
  const auto rule = start_rule(request, now);
  if (const auto* problem = std::get_if<std::string>(&rule)) return Response::error(400, *problem);
  const auto& asked = std::get<std::optional<StartRequest>>(rule);
  const auto id = last_event_id(request);
  if (id) stream.own_id = is_id_text(*id) ? *id : unusable_id;
  for (auto& part : stream.parts) {
    const TopicSettings& topic = part.topic->settings;
    part.start = asked ? *asked : default_start(topic);
    part.start.tail = std::min(part.start.tail, static_cast<std::int64_t>(topic.tail_max));
    if (id && !stream.composite) part.start = resume(*id);
  }
  if (id && stream.composite) resume_parts(stream.parts, *id);
  return std::nullopt;
}

std::optional<Response> set_heartbeat(StreamRequest& stream, const Request& request) {
  const auto text = request.parameter("heartbeat");
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration)
    return Response::error(400, "heartbeat: expected a duration like 5s, from 1s to 60s");
  stream.heartbeat = std::clamp<Milliseconds>(*duration, 1s, 60s);
  return std::nullopt;
}

std::optional<Response> set_filters(StreamRequest& stream, const Request& request) {
  for (auto& part : stream.parts) {
    auto parsed = parse_filters(*part.topic, request);
    if (auto* problem = std::get_if<Response>(&parsed)) return std::move(*problem);
    part.filters = std::get<FilterConditions>(std::move(parsed));
  }
  return std::nullopt;
}

void take_options(StreamRequest& stream) {
  const TopicSettings& first = stream.parts.front().topic->settings;
  stream.heartbeat = first.heartbeat;
  stream.retry = first.retry;
  stream.cors = first.cors;
  for (const auto& part : stream.parts) {
    const TopicSettings& topic = part.topic->settings;
    stream.cors = common_cors(stream.cors, topic.cors);
    stream.control_events = stream.control_events && topic.control_events == ControlEvents::all;
    stream.heartbeat = std::min(stream.heartbeat, topic.heartbeat);
  }
}

// Of event streams, where all topics have it.
void take_dialect(StreamRequest& stream) {
  const auto has_ui_messages = [](const StreamRequest::Part& part) {
    return part.topic->settings.control_events == ControlEvents::ui_messages;
  };
  if (stream.delivery.dialect == Dialect::event_stream &&
      std::ranges::all_of(stream.parts, has_ui_messages))
    stream.delivery.dialect = Dialect::ui_messages;
}

std::variant<StreamRequest, Response> finish(StreamRequest stream, const Request& request,
                                             Timestamp now) {
  take_options(stream);
  auto delivery = parse_delivery(request);
  if (auto* problem = std::get_if<Response>(&delivery)) return std::move(*problem);
  stream.delivery = std::get<Delivery>(std::move(delivery));
  take_dialect(stream);
  if (auto problem = set_heartbeat(stream, request)) return std::move(*problem);
  if (auto problem = set_starts(stream, request, now)) return std::move(*problem);
  if (auto problem = set_filters(stream, request)) return std::move(*problem);
  return stream;
}

constexpr std::size_t topics_max = 64;  // of one stream

// The topic, if ?topic= serves it: not a template, and with a path of its own only by its setting.
std::shared_ptr<Topic> find_shared(const TopicMap& topics, std::string_view name) {
  auto topic = topics.find(name);
  if (!topic || topic->settings.has_parameters()) return nullptr;
  const TopicSettings& settings = topic->settings;
  return settings.multi || settings.path == "/events/" + settings.name ? topic : nullptr;
}

}  // namespace

bool has_readable_id(const StreamRequest& stream) {
  const auto is_readable = [](const StreamRequest::Part& part) {
    if (part.start.kind != StartRequest::Kind::resume) return true;  // the id doesn't name it
    const Topic& topic = *part.topic;
    return parse_resume_id(part.start.id, topic.settings.name, topic.connector.format())
        .position.has_value();
  };
  return !stream.own_id.empty() && std::ranges::all_of(stream.parts, is_readable);
}

CorsSettings cors_of_streams(const TopicMap& topics, const Request& request,
                             const CorsSettings& otherwise) {
  std::optional<CorsSettings> common;
  for (const auto& [name, value] : request.query) {
    if (name != "topic") continue;
    const auto topic = find_shared(topics, value);
    const CorsSettings& cors = topic ? topic->settings.cors : otherwise;
    common = common ? common_cors(*common, cors) : cors;
  }
  return common.value_or(otherwise);
}

std::variant<StreamRequest, Response> parse_stream(const TopicMap::Match& match,
                                                   const Request& request, Timestamp now) {
  StreamRequest stream;
  stream.parts.push_back({match.topic, match.log, {}, match.parameters});
  if (match.topic->settings.ask) {
    stream.location = request.path();
    expose_reply(request, stream.headers);
  }
  return finish(std::move(stream), request, now);
}

std::variant<StreamRequest, Response> parse_streams(const TopicMap& topics, const Request& request,
                                                    Timestamp now) {
  StreamRequest stream;
  stream.composite = true;
  for (const auto& [name, value] : request.query) {
    if (name != "topic") continue;
    const auto topic = find_shared(topics, value);
    if (!topic) return Response::error(404, std::string("no such topic: ").append(value));
    const bool known = std::any_of(stream.parts.begin(), stream.parts.end(),
                                   [&](const auto& part) { return part.topic == topic; });
    if (known) continue;
    if (stream.parts.size() == topics_max) {
      return Response::error(400, "a stream has at most " + std::to_string(topics_max) + " topics");
    }
    stream.parts.push_back({topic, topic->settings.log, {}});
  }
  if (stream.parts.empty()) {
    return Response::error(400, "at least one topic is required: /events?topic=NAME&topic=OTHER");
  }
  return finish(std::move(stream), request, now);
}

}  // namespace sidestream
