#include "sidecar/http/router.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sidecar/http/cors.hpp"
#include "sidecar/stream/encoder.hpp"
#include "sidecar/stream/event_id.hpp"

namespace sidestream {
namespace {

constexpr std::size_t name_max = 256;  // of an event's name or a record's key in a query

void add(Fields& fields, Fields more) {
  fields.insert(fields.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

Response with(Response response, const CorsSettings& cors, const Request& request) {
  add(response.headers, cors_headers(cors, request));
  return response;
}

// Whether a preflight is for a request that the topic takes.
bool asks_for_ours(const Request& preflight, const TopicSettings& topic) {
  const auto method = preflight.header("access-control-request-method");
  return method == "GET" || method == "HEAD" || (method == "POST" && topic.publish);
}

Router::Outcome to_outcome(std::variant<StreamRequest, Response> parsed, const CorsSettings& cors,
                           const Request& request) {
  if (auto* problem = std::get_if<Response>(&parsed))
    return with(std::move(*problem), cors, request);
  return std::get<StreamRequest>(std::move(parsed));
}

}  // namespace

bool Router::knows(Port port, const Request& request) const {
  if (!has_app(port)) return true;
  const bool events = request.segments.size() == 1 && request.segments[0] == "events";
  if (events && request.parameter("topic")) return true;
  return topics_.match(request.segments).has_value();
}

Router::Outcome Router::to_app_or(Port port, Response otherwise) const {
  if (has_app(port)) return ToApp();
  return otherwise;
}

Router::Outcome Router::route(Port port, const Request& request, Timestamp now) const {
  if (port == Port::admin) {
    if (auto page = pages_.answer(request)) return std::move(*page);
  }
  if (port == Port::streams || pages_.console()) {
    if (request.path() == "/events") return route_topics(port, request, now);
    if (const auto match = topics_.match(request.segments))
      return route_topic(port, *match, request, now);
  }
  const std::string text = port == Port::admin
                               ? "not found; here are /livez, /readyz, /metrics, /topics"
                               : "no topic has the path " + request.path();
  return to_app_or(port, with(Response::error(404, text), settings_.cors, request));
}

Router::Outcome Router::route_topics(Port port, const Request& request, Timestamp now) const {
  if (has_app(port) && !request.parameter("topic")) return ToApp();
  if (is_preflight(request)) return answer_preflight(settings_.cors, request, false);
  if (!request.reads()) {
    return to_app_or(port,
                     with(Response::not_allowed("GET, HEAD, OPTIONS"), settings_.cors, request));
  }
  return to_outcome(parse_streams(topics_, request, now), settings_.cors, request);
}

Router::Outcome Router::route_topic(Port port, const Topics::Match& match, const Request& request,
                                    Timestamp now) const {
  const TopicSettings& topic = match.topic->settings;
  const bool posts = request.method == "POST" && topic.publish;
  const bool preflight = is_preflight(request) && (!has_app(port) || asks_for_ours(request, topic));
  if (!preflight && !request.reads() && !posts) {
    return to_app_or(port, with(Response::not_allowed(topic.publish ? "GET, HEAD, OPTIONS, POST"
                                                                    : "GET, HEAD, OPTIONS"),
                                topic.cors, request));
  }
  if (preflight) return answer_preflight(topic.cors, request, topic.publish);
  if (!match.bad_parameter.empty()) {
    return with(
        Response::error(400, "{" + match.bad_parameter +
                                 "} of the path: expected 1 to 128 characters of A-Z a-z 0-9 _ . ~ "
                                 "@ - that are neither . nor .."),
        topic.cors, request);
  }
  if (posts) return route_publish(match, request);
  return to_outcome(parse_stream(*match.topic, match.log, request, now), topic.cors, request);
}

Router::Outcome Router::route_publish(const Topics::Match& match, const Request& request) const {
  const TopicSettings& topic = match.topic->settings;
  PublishRequest publish{
      match.topic, match.log, {}, topic.max_event, cors_headers(topic.cors, request)};
  if (const auto event = request.parameter("event")) {
    if (event->size() > name_max || !is_event_name(*event)) {
      return with(
          Response::error(400,
                          "event: expected at most 256 bytes of UTF-8 without CR, LF or NUL, "
                          "not beginning with stream-"),
          topic.cors, request);
    }
    publish.message.event = *event;
  }
  if (const auto key = request.parameter("key")) publish.message.key = std::string(*key);
  publish.message.event_header = topic.event_header;
  return publish;
}

Response publish_response(const Result<Published>& result, OffsetFormat format) {
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
  const auto error = result.error();
  const bool ours = error.category() == sidestream_category();
  const Errc code = ours ? static_cast<Errc>(error.value()) : Errc::unavailable;
  const unsigned status = code == Errc::unconfirmed   ? 504
                          : code == Errc::too_large   ? 413
                          : code == Errc::refused     ? 502
                          : code == Errc::no_such_log ? 502
                                                      : 503;
  Response response = Response::error(status, error.message());
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace sidestream
