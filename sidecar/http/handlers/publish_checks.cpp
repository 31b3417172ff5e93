#include "sidecar/http/handlers/publish_checks.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "sidecar/http/limits/subject_key.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {
namespace {

std::uint64_t rate_key(const PersonPtr& person, const Client& client) {
  const bool known = person && !person->subject.empty();
  return static_cast<std::uint64_t>(known ? subject_key(person->subject) : client.key());
}

}  // namespace

void log_publish_refusal(std::string_view limit, unsigned status, const RightsCheck& rights,
                         const Request& head, const ServerContext& context) {
  const std::string path = head.path();
  context.limits.refusals.write(RefusalLog::Kind::publish, limit, head.client, status,
                                {head.method, path, rights.logged_subject});
}

Response refusal_of(RightsCheck& rights, const Request& head, const ServerContext& context) {
  if (rights.refused) return std::move(*rights.refused);
  log_publish_refusal("auth_unavailable", 503, rights, head, context);
  Response response = Response::error(503, "it can't be decided whether you may publish");
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

std::optional<Response> check_place(const Client& client, const TopicSettings& topic) {
  if (topic.publish != Publish::local) return std::nullopt;
  if (is_loopback(client.address) && is_loopback(client.peer)) return std::nullopt;
  return Response::error(403, "only loopback addresses may publish here (publish: local)");
}

std::optional<Response> check_rate(const RightsCheck& rights, const Request& head, EventLoop& loop,
                                   const ServerContext& context) {
  const auto most = loop.config().server.limits.publishes_per_second;
  if (most == 0) return std::nullopt;
  const auto wait = context.limits.publishes.take(rate_key(rights.person, head.client), 1, most,
                                                  RateLimit::Clock::now());
  if (wait <= RateLimit::Clock::duration::zero()) return std::nullopt;
  context.probe.refused(LimitRefusal::publishes_per_second);
  log_publish_refusal(name_of(LimitRefusal::publishes_per_second), 429, rights, head, context);
  Response response = Response::error(
      429,
      "too many publishes (server.limits.publishes_per_second = " + std::to_string(most) + ")");
  response.headers.emplace_back(
      "Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
  return response;
}

Response too_many_bodies(const ServerContext& context) {
  context.probe.refused(LimitRefusal::bodies);
  Response response =
      Response::error(503, "too many bodies in memory (a quarter of server.memory)");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response answer_no_body(Body::Outcome outcome, const PublishRequest& request,
                        const RightsCheck& rights, const Request& head,
                        const ServerContext& context) {
  if (outcome == Body::Outcome::too_large) return body_too_large(request);
  if (outcome == Body::Outcome::too_slow) {
    return with_headers(
        Response::error(408, "the body took longer than 30 s and 1 s for each 64 KiB"), request);
  }
  log_publish_refusal(name_of(LimitRefusal::bodies), 503, rights, head, context);
  return with_headers(too_many_bodies(context), request);
}

Response with_headers(Response response, const PublishRequest& request) {
  response.headers.insert(response.headers.end(), request.headers.begin(), request.headers.end());
  return response;
}

}  // namespace sidestream
