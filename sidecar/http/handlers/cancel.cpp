#include "sidecar/http/handlers/cancel.hpp"

#include <utility>

#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/publish_checks.hpp"
#include "sidecar/stream/ask/question_id.hpp"

namespace sidestream {

std::variant<CancelRequest, Response> parse_cancel(const TopicMap::Match& match,
                                                   const Request& request) {
  CancelRequest cancelled{match.topic, match.parameters, {}, {}};
  cancelled.id = cancelled.parameters.back().second;
  cancelled.parameters.pop_back();
  if (!is_question_id(cancelled.id))
    return Response::error(404, "the path does not end with the id of a question");
  cancelled.headers = cors_headers(match.topic->settings.cors, request);
  return cancelled;
}

Awaitable<void> cancel(CancelRequest request, const Request& head, Responder& responder,
                       EventLoop& loop, const ServerContext& context) {
  Question question =
      make_question(request.topic, std::move(request.parameters), std::move(request.headers), loop);
  question.id = std::move(request.id);
  RightsCheck rights;
  const bool writes = co_await may_write(question, rights, head, responder, loop, context);
  if (writes) co_await append_cancel(std::move(question), rights, head, responder, loop, context);
}

Awaitable<void> append_cancel(Question question, const RightsCheck& rights, const Request& head,
                              Responder& responder, EventLoop& loop, const ServerContext& context) {
  const TopicMap::Reply reply =
      TopicMap::reply_of(question.publish.topic, question.publish.parameters, question.id);
  question.publish.message = make_message(question, reply.match, "cancel", rights.person, head);
  const PublishResult result = co_await append(question, rights, head.client, loop, context, 202);
  if (result) question.publish.topic->probe.cancels.add();
  Response response = with_headers(answer(result, question.id, reply.path), question.publish);
  co_await responder.respond(std::move(response));
}

}  // namespace sidestream
