#include "sidecar/http/handlers/router.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/ingest/encoder.hpp"

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

// The allowed methods for OPTIONS, else 405.
Response allowing(const Request& request, std::string_view allow) {
  if (request.method != "OPTIONS") return Response::not_allowed(allow);
  Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", allow);
  return response;
}

// Whether the topic accepts the request that the preflight announces.
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

bool has_app(const RunningConfig& config, Port port) {
  return port == Port::streams && config.server.upstream.has_value();
}

// Checks one request against the topic or topics that its path names.
class Dispatch {
 public:
  Dispatch(const RunningConfig& config, Port port, const Request& request, Timestamp now)
      : config_(config), port_(port), request_(request), now_(now) {}

  Router::Outcome to_streams() const;
  Router::Outcome to_topic(const TopicMap::Match& match) const;
  Router::Outcome to_nothing() const;

 private:
  Router::Outcome to_publish(const TopicMap::Match& match) const;
  // The upstream app where there is one, else `otherwise`.
  Router::Outcome to_app_or(Response otherwise) const {
    if (has_app(config_, port_)) return Router::ToApp();
    return otherwise;
  }

  const RunningConfig& config_;
  const Port port_;
  const Request& request_;
  const Timestamp now_;
};

Router::Outcome Dispatch::to_streams() const {
  const CorsSettings& cors = config_.server.cors;
  if (is_preflight(request_)) return answer_preflight(cors, request_, false);
  if (!request_.reads()) {
    return to_app_or(with(allowing(request_, "GET, HEAD, OPTIONS"), cors, request_));
  }
  return to_outcome(parse_streams(config_.topics, request_, now_), cors, request_);
}

Router::Outcome Dispatch::to_topic(const TopicMap::Match& match) const {
  const TopicSettings& topic = match.topic->settings;
  const bool posts = request_.method == "POST" && topic.publish;
  const bool preflight =
      is_preflight(request_) && (!has_app(config_, port_) || asks_for_ours(request_, topic));
  if (!preflight && !request_.reads() && !posts) {
    const char* allowed = topic.publish ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS";
    return to_app_or(with(allowing(request_, allowed), topic.cors, request_));
  }
  if (preflight) return answer_preflight(topic.cors, request_, topic.publish);
  if (!match.bad_parameter.empty()) {
    return with(
        Response::error(400, "{" + match.bad_parameter +
                                 "} of the path: expected 1 to 128 characters of A-Z a-z 0-9 _ . ~ "
                                 "@ - except . and .."),
        topic.cors, request_);
  }
  if (posts) return to_publish(match);
  return to_outcome(parse_stream(match.topic, match.log, request_, now_), topic.cors, request_);
}

Router::Outcome Dispatch::to_publish(const TopicMap::Match& match) const {
  const TopicSettings& topic = match.topic->settings;
  PublishRequest publish{
      match.topic, match.log, {}, topic.max_event, cors_headers(topic.cors, request_)};
  if (const auto event = request_.parameter("event")) {
    if (event->size() > name_max || !is_event_name(*event)) {
      return with(
          Response::error(400,
                          "event: expected at most 256 bytes of UTF-8 without CR, LF or NUL, "
                          "not beginning with stream-"),
          topic.cors, request_);
    }
    publish.message.event = *event;
  }
  if (const auto key = request_.parameter("key")) publish.message.key = std::string(*key);
  publish.message.event_header = topic.event_header;
  return publish;
}

Router::Outcome Dispatch::to_nothing() const {
  const std::string text = port_ == Port::admin
                               ? "not found; this port serves /livez, /readyz, /metrics, /topics"
                               : "no topic has the path " + request_.path();
  return to_app_or(with(Response::error(404, text), config_.server.cors, request_));
}

}  // namespace

Route Router::find(const RunningConfig& config, Port port, const Request& request) {
  const bool app = has_app(config, port);
  Route route;
  if (app) route.kind = Route::Kind::app;
  if (port == Port::admin && !config.server.console) return route;
  if (request.segments.size() == 1 && request.segments[0] == "events") {
    if (!app || request.parameter("topic")) route.kind = Route::Kind::streams;
  } else if ((route.match = config.topics.match(request.segments))) {
    route.kind = Route::Kind::topic;
  }
  return route;
}

Router::Outcome Router::route(const RunningConfig& config, Port port, const Request& request,
                              const Route& found, Timestamp now) const {
  if (port == Port::admin) {
    if (auto page = pages_.find(config, request)) {
      return std::visit([](auto& answer) { return Outcome(std::move(answer)); }, *page);
    }
  }
  const Dispatch dispatch(config, port, request, now);
  switch (found.kind) {
    case Route::Kind::streams:
      return dispatch.to_streams();
    case Route::Kind::topic:
      return dispatch.to_topic(*found.match);
    case Route::Kind::app:
      return ToApp();
    case Route::Kind::other:
      break;
  }
  return dispatch.to_nothing();
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
                          : code == Errc::refused     ? 502
                          : code == Errc::no_such_log ? 502
                                                      : 503;
  Response response = Response::error(status, error.message());
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace sidestream
