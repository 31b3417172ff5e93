#include "sidecar/http/handlers/router.hpp"

#include <utility>

#include "sidecar/http/access/access.hpp"
#include "sidecar/http/handlers/admin_guard.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/cross_site.hpp"

namespace sidestream {
namespace {

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

// What clients may do at a topic's path.
struct Methods {
  bool read = true;
  bool post = false;
  bool remove = false;  // DELETE
  std::string_view allow;
  std::string_view cors;

  bool has(std::string_view method) const {
    if (method == "GET" || method == "HEAD") return read;
    return (method == "POST" && post) || (method == "DELETE" && remove);
  }
};

// A reply (`ask:`) is written by nobody here, so that no answer is forged.
Methods methods_of(const TopicMap::Match& match) {
  const TopicSettings& topic = match.topic->settings;
  if (match.use == TopicMap::Use::ask)
    return {false, true, false, "OPTIONS, POST", "GET, POST, DELETE"};
  if (topic.ask) return {true, false, true, "DELETE, GET, HEAD, OPTIONS", "GET, POST, DELETE"};
  if (topic.can_publish()) return {true, true, false, "GET, HEAD, OPTIONS, POST", "GET, POST"};
  return {true, false, false, "GET, HEAD, OPTIONS", "GET"};
}

bool is_write(const Request& request) {
  return request.method == "POST" || request.method == "PUT" || request.method == "DELETE";
}

// A parsed request, or the response that refuses it.
template <class Parsed>
Router::Outcome to_outcome(std::variant<Parsed, Response> parsed, const CorsSettings& cors,
                           const Request& request) {
  if (auto* problem = std::get_if<Response>(&parsed))
    return with(std::move(*problem), cors, request);
  return std::get<Parsed>(std::move(parsed));
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
  // The upstream app where there is one, else `otherwise`.
  Router::Outcome to_app_or(Response otherwise) const {
    if (has_app(config_, port_)) return Router::ToApp();
    return otherwise;
  }

  std::vector<std::string> credential_headers() const {
    return config_.access ? config_.access->credential_headers() : std::vector<std::string>();
  }

  const RunningConfig& config_;
  const Port port_;
  const Request& request_;
  const Timestamp now_;
};

Router::Outcome Dispatch::to_streams() const {
  const CorsSettings cors = cors_of_streams(config_.topics, request_, config_.server.cors);
  if (is_preflight(request_)) return answer_preflight(cors, request_, "GET", credential_headers());
  if (!request_.reads()) {
    return to_app_or(with(allowing(request_, "GET, HEAD, OPTIONS"), cors, request_));
  }
  return to_outcome(parse_streams(config_.topics, request_, now_), cors, request_);
}

Router::Outcome Dispatch::to_topic(const TopicMap::Match& match) const {
  const TopicSettings& topic = match.topic->settings;
  const Methods methods = methods_of(match);
  const bool takes = methods.has(request_.method);
  const bool preflight =
      is_preflight(request_) &&
      (!has_app(config_, port_) ||
       methods.has(request_.header("access-control-request-method").value_or("")));
  // What the topic does not accept is the app's affair, if there is one.
  const bool is_apps = !takes && has_app(config_, port_);
  if (is_write(request_) && !is_apps && is_cross_site(request_, topic.cors)) {
    return with(Response::error(403,
                                "pages of other sites may not publish or ask; list the origin in "
                                "cors (* is not enough)"),
                topic.cors, request_);
  }
  if (!preflight && !takes)
    return to_app_or(with(allowing(request_, methods.allow), topic.cors, request_));
  if (preflight) return answer_preflight(topic.cors, request_, methods.cors, credential_headers());
  if (!match.bad_parameter.empty()) {
    return with(
        Response::error(400, "{" + match.bad_parameter +
                                 "} of the path: expected 1 to 128 characters of A-Z a-z 0-9 _ . ~ "
                                 "@ - except . and .."),
        topic.cors, request_);
  }
  if (match.use == TopicMap::Use::ask)
    return to_outcome(parse_ask(match, request_, now_), topic.cors, request_);
  if (match.use == TopicMap::Use::current) return parse_current(match, request_, now_);
  if (request_.method == "DELETE")
    return to_outcome(parse_cancel(match, request_), topic.cors, request_);
  if (request_.method == "POST")
    return to_outcome(parse_publish(match, request_), topic.cors, request_);
  return to_outcome(parse_stream(match, request_, now_), topic.cors, request_);
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
  if (!request.one_spelling) return route;
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
    Outcome outcome = route_admin(config, request, found, now);
    if (auto* response = std::get_if<Response>(&outcome)) add_admin_headers(response->headers);
    if (auto* message = std::get_if<PublishRequest>(&outcome)) add_admin_headers(message->headers);
    if (auto* question = std::get_if<AskRequest>(&outcome)) add_admin_headers(question->headers);
    if (auto* ended = std::get_if<CancelRequest>(&outcome)) add_admin_headers(ended->headers);
    if (auto* current = std::get_if<CurrentRequest>(&outcome)) add_admin_headers(current->headers);
    return outcome;
  }
  return dispatch(config, port, request, found, now);
}

Router::Outcome Router::route_admin(const RunningConfig& config, const Request& request,
                                    const Route& found, Timestamp now) const {
  if (auto refused = check_admin(request, config.server.admin_hosts)) return std::move(*refused);
  if (auto page = pages_.find(config, request)) {
    return std::visit([](auto& answer) { return Outcome(std::move(answer)); }, *page);
  }
  return dispatch(config, Port::admin, request, found, now);
}

Router::Outcome Router::dispatch(const RunningConfig& config, Port port, const Request& request,
                                 const Route& found, Timestamp now) {
  const Dispatch dispatched(config, port, request, now);
  switch (found.kind) {
    case Route::Kind::streams:
      return dispatched.to_streams();
    case Route::Kind::topic:
      return dispatched.to_topic(*found.match);
    case Route::Kind::app:
      return ToApp();
    case Route::Kind::other:
      break;
  }
  return dispatched.to_nothing();
}

}  // namespace sidestream
