#pragma once
// A publish: from the request to the connector, and from its result to the response.
//
// Thread: any for the pure functions; publish() runs on the responder's event loop, and the
// connector completes it on a thread of its own.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "connectors/connector.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/stream/topic/topic_map.hpp"

namespace sidestream {

class EventLoop;
struct ServerContext;  // which includes this file

struct PublishRequest {
  std::shared_ptr<Topic> topic;
  std::string log;
  std::vector<std::pair<std::string, std::string>> parameters;  // of the path
  Message message;         // complete except for its value until the body is read
  std::uint64_t body_max;  // the topic's max_event
  Fields headers;          // of the response
};

// From the head alone. Requires: a match without `bad_parameter`.
std::variant<PublishRequest, Response> parse_publish(const TopicMap::Match& match,
                                                     const Request& request);

// 413: the body exceeds `body_max`.
Response body_too_large(const PublishRequest& request);
// 413, if readers would get a gap in place of the event. Requires: the message is complete.
std::optional<Response> check_event_size(const PublishRequest& request);

// Checks the client's rights and limits, reads the body, publishes it, counts the result in the topic's probe and responds. 429 before the
// body is read: the client publishes too fast. Borrows all until it completes.
Awaitable<void> publish(PublishRequest request, const Request& head, Responder& responder,
                        EventLoop& loop, const ServerContext& context);

// 201, or the status of the error.
Response publish_response(const PublishResult& result, OffsetFormat format);

}  // namespace sidestream
