#pragma once
// What asking (`ask:` of a topic), cancelling and finding questions have in common: the rights of
// the client, the record that the workers read, and the answers.
//
// Thread: the responder's event loop. Everything but the question is borrowed until it completes.

#include <memory>
#include <string>
#include <string_view>

#include "sidecar/http/handlers/publish.hpp"
#include "sidecar/http/handlers/rights.hpp"
#include "sidecar/http/handlers/stream_request.hpp"
#include "sidecar/http/limits/byte_budget.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/request.hpp"
#include "sidecar/http/protocol/responder.hpp"
#include "sidecar/stream/topic/topic_map.hpp"

namespace sidestream {

// A question on its way to the log of its target.
struct Question {
  std::shared_ptr<Topic> target;
  std::string id;
  HeldBytes held;          // as long as the body is in memory
  PublishRequest publish;  // checks and log lines treat it as a publish to the asking topic

  const TopicSettings& topic() const { return publish.topic->settings; }
};

// `headers`: of the response. Requires: the topic has `ask:`.
Question make_question(const std::shared_ptr<Topic>& topic, TopicMap::Parameters parameters,
                       Fields headers, EventLoop& loop);

// The rights and limits of those who write. Returns whether they hold, and has answered if not.
Awaitable<bool> may_write(const Question& question, RightsCheck& rights, const Request& head,
                          Responder& responder, EventLoop& loop, const ServerContext& context);

// Whether the client may read the reply; if not, it has been answered.
Awaitable<bool> may_read(const StreamRequest& stream, const Question& question, const Request& head,
                         Responder& responder, EventLoop& loop, const ServerContext& context);

// Reads the body into the question; if there is none, the client has been answered.
Awaitable<bool> take_body(Question& question, const RightsCheck& rights, const Request& head,
                          Responder& responder, const ServerContext& context);

// The record without a body. `event`: ask or cancel.
Message make_message(const Question& question, const TopicMap::Match& reply, std::string_view event,
                     const PersonPtr& person, const Request& head);

// Appends the question's message and counts it. `status`: of the log line, if it succeeds.
Awaitable<PublishResult> append(Question& question, const RightsCheck& rights, const Client& client,
                                EventLoop& loop, const ServerContext& context, unsigned status);

// The stream of a reply from its beginning, which is at `reply.path`.
std::variant<StreamRequest, Response> reply_stream(const TopicMap::Reply& reply,
                                                   const Request& head, Timestamp now);

// 202, with the question's id and place, or the error of appending it.
Response answer(const PublishResult& result, const std::string& id, const std::string& location);

}  // namespace sidestream
