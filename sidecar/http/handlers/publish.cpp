#include "sidecar/http/handlers/publish.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cassert>
#include <chrono>
#include <utility>

#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/hand_over.hpp"
#include "sidecar/http/handlers/publish_checks.hpp"
#include "sidecar/http/handlers/rights.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/server_context.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/ingest/event_text.hpp"

namespace sidestream {
namespace {

// As long as the shortest delay of a stream that is refused for the same reason.
constexpr std::chrono::seconds retry_after_logs{15};

constexpr std::size_t event_max = 128;  // bytes of an event's name
constexpr std::size_t key_max = 256;    // bytes of a key

unsigned status_of(const boost::system::error_code& error) {
  const bool ours = error.category() == sidestream_category();
  switch (ours ? static_cast<Errc>(error.value()) : Errc::unavailable) {
    case Errc::unconfirmed:
      return 504;
    case Errc::refused:
    case Errc::no_such_log:
      return 502;
    default:
      return 503;
  }
}

}  // namespace

std::variant<PublishRequest, Response> parse_publish(const TopicMap::Match& match,
                                                     const Request& request) {
  assert(match.bad_parameter.empty());
  const TopicSettings& topic = match.topic->settings;
  PublishRequest publish{match.topic, match.log,       match.parameters,
                         {},          topic.max_event, cors_headers(topic.cors, request)};
  if (const auto event = request.parameter("event")) {
    if (event->size() > event_max || !is_event_name(*event)) {
      return Response::error(400,
                             "event: expected at most 128 bytes of UTF-8 without CR, LF or NUL, "
                             "not beginning with stream-");
    }
    if (*event == "error" || *event == "open") {
      return Response::error(400,
                             "event: EventSource fires error and open itself; take another name");
    }
    publish.message.event = *event;
  }
  if (const auto key = request.parameter("key")) {
    if (key->size() > key_max) return Response::error(400, "key: expected at most 256 bytes");
    publish.message.key = std::string(*key);
  }
  publish.message.event_header = topic.event_header;
  publish.message.key_field = topic.key_field;
  publish.message.keep = topic.keep;
  return publish;
}

Response body_too_large(const PublishRequest& request) {
  const bool by_memory = request.topic && request.body_max < request.topic->settings.max_event;
  const std::string limit =
      by_memory ? "an eighth of server.memory, " : "the topic's max_event of ";
  Response response = Response::error(
      413, "the body exceeds " + limit + std::to_string(request.body_max) + " bytes");
  response.headers = request.headers;
  return response;
}

std::optional<Response> check_event_size(const PublishRequest& request) {
  const Topic& topic = *request.topic;
  if (fits_max_event(request.message, topic.settings, topic.connector.format()))
    return std::nullopt;
  Response response =
      Response::error(413, "the event exceeds the topic's max_event of " +
                               std::to_string(topic.settings.max_event) +
                               " bytes with its name, in the form that readers get");
  response.headers = request.headers;
  return response;
}

namespace {

// 503 or 429, if the log is not open and a stream could not open it.
std::optional<Response> check_logs(const PublishRequest& request, const RightsCheck& rights,
                                   const Request& head, EventLoop& loop,
                                   const ServerContext& context) {
  if (!request.topic->settings.is_template()) return std::nullopt;
  const std::uint64_t most = loop.config().server.limits.logs_per_address;
  const auto take = context.limits.logs.taker(*request.topic, head.client.key(), most);
  const auto refused = context.logs.check(request.topic, request.log, take);
  if (!refused) return std::nullopt;
  const bool of_topic = *refused == LimitRefusal::max_logs;
  const unsigned status = of_topic ? 503 : 429;
  context.probe.refused(*refused);
  log_publish_refusal(name_of(*refused), status, rights, head, context);
  Response response = Response::error(
      status, of_topic ? "too many open logs (topics." + request.topic->settings.name +
                             ".max_logs = " + std::to_string(request.topic->settings.max_logs) + ")"
                       : "too many open logs of one address (server.limits.logs_per_address = " +
                             std::to_string(most) + ")");
  response.headers.emplace_back("Retry-After", std::to_string(retry_after_logs.count()));
  return response;
}

}  // namespace

Awaitable<void> publish(PublishRequest request, const Request& head, Responder& responder,
                        EventLoop& loop, const ServerContext& context) {
  const Client& client = head.client;
  RightsCheck rights = co_await check_publish(request.topic, request.parameters, head, loop);
  auto refused = rights.allowed() ? check_place(client, request.topic->settings)
                                  : std::optional(refusal_of(rights, head, context));
  if (!refused) refused = check_rate(rights, head, loop, context);
  if (!refused) refused = check_logs(request, rights, head, loop, context);
  if (refused) {
    Response response = with_headers(std::move(*refused), request);
    co_return co_await responder.respond(std::move(response));
  }
  request.body_max = std::min(request.body_max, context.limits.bodies.largest());
  Body body = co_await responder.read_body(request.body_max);
  if (body.outcome == Body::Outcome::lost) co_return;
  if (body.outcome != Body::Outcome::whole) {
    Response response = answer_no_body(body.outcome, request, rights, head, context);
    co_return co_await responder.respond(std::move(response));
  }
  request.message.value = std::move(body.text);
  if (auto too_large = check_event_size(request))
    co_return co_await responder.respond(std::move(*too_large));
  const std::shared_ptr<Topic> topic = request.topic;
  const std::string log = request.log;
  const std::size_t bytes = request.message.value.size();
  const PublishResult result = co_await hand_over(topic->owned_connector, std::move(request.log),
                                                  std::move(request.message), context.hidden);
  // Before the client knows: whoever it tells must not be sent away.
  context.logs.ended().forget(*topic, log);
  (result ? topic->probe.published : topic->probe.publish_failures).add();
  Response response = with_headers(publish_response(result, topic->connector.format()), request);
  const std::string reason = result ? std::string() : result.error().message();
  const PublishLog::Line line{
      topic->settings.name, topic->settings.path, log, bytes, response.status, reason,
      rights.logged_subject};
  context.limits.publish_lines.write(line, client, loop.config().server.access_log);
  co_await responder.respond(std::move(response));
}

Response publish_response(const PublishResult& result, OffsetFormat format) {
  if (result) {
    boost::json::object body;
    if (result->partitions == 1) {
      body["id"] = format_offset(format, result->offset);
    } else {
      body = {{"partition", result->partition}, {"offset", result->offset.number()}};
    }
    Response response = Response::json(boost::json::serialize(body) + "\n");
    response.status = 201;
    return response;
  }
  const unsigned status = status_of(result.error().code);
  Response response = Response::error(status, result.error().message());
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace sidestream
