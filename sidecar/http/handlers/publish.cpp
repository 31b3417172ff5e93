#include "sidecar/http/handlers/publish.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cassert>
#include <utility>

#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/ingest/encoder.hpp"

namespace sidestream {
namespace {

constexpr std::size_t name_max = 256;  // bytes of an event's name in a query

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

// Completes on the loop of the awaiting coroutine.
Awaitable<PublishResult> hand_over(PublishRequest& request) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [executor, &request](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    request.topic->connector.publish(
        std::move(request.log), std::move(request.message),
        [executor, shared](PublishResult result) {
          boost::asio::post(executor, [shared, result = std::move(result)]() mutable {
            std::move (*shared)(std::move(result));
          });
        });
  };
  co_return co_await boost::asio::async_initiate<const UseAwaitable&, void(PublishResult)>(
      initiate, UseAwaitable());
}

}  // namespace

std::variant<PublishRequest, Response> parse_publish(const TopicMap::Match& match,
                                                     const Request& request) {
  assert(match.bad_parameter.empty());
  const TopicSettings& topic = match.topic->settings;
  PublishRequest publish{
      match.topic, match.log, {}, topic.max_event, cors_headers(topic.cors, request)};
  if (const auto event = request.parameter("event")) {
    if (event->size() > name_max || !is_event_name(*event)) {
      return Response::error(400,
                             "event: expected at most 256 bytes of UTF-8 without CR, LF or NUL, "
                             "not beginning with stream-");
    }
    publish.message.event = *event;
  }
  if (const auto key = request.parameter("key")) publish.message.key = std::string(*key);
  publish.message.event_header = topic.event_header;
  return publish;
}

Response body_too_large(const PublishRequest& request) {
  Response response = Response::error(413, "the body exceeds the topic's max_event of " +
                                               std::to_string(request.body_max) + " bytes");
  response.headers = request.headers;
  return response;
}

Awaitable<void> publish(PublishRequest request, Responder& responder) {
  Body body = co_await responder.read_body(request.body_max);
  if (body.outcome == Body::Outcome::lost) co_return;
  if (body.outcome == Body::Outcome::too_large) {
    Response response = body_too_large(request);
    co_return co_await responder.respond(std::move(response));
  }
  request.message.value = std::move(body.text);
  const std::shared_ptr<Topic> topic = request.topic;
  const PublishResult result = co_await hand_over(request);
  (result ? topic->probe.published : topic->probe.publish_failures).add();
  Response response = publish_response(result, topic->connector.format());
  response.headers.insert(response.headers.end(), request.headers.begin(), request.headers.end());
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
