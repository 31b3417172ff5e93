#include "sidecar/http/handlers/question.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "sidecar/http/handlers/hand_over.hpp"
#include "sidecar/http/handlers/publish_checks.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/server_context.hpp"

namespace sidestream {
namespace {

unsigned status_of(const PublishError& error) {
  if (error == Errc::conflict) return 422;
  return error == Errc::unconfirmed ? 504 : 503;
}

Response fail(const PublishError& error, const std::string& location) {
  const unsigned status = status_of(error);
  Response response = Response::error(
      status, status == 422 ? "this Idempotency-Key was used with another body" : error.message());
  if (status == 504) response.headers.emplace_back("Location", location);
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response accepted(const std::string& id, const std::string& location) {
  Response response = Response::json(
      boost::json::serialize(boost::json::object{{"request", id}, {"location", location}}) + "\n");
  response.status = 202;
  response.headers.emplace_back("Location", location);
  return response;
}

}  // namespace

Question make_question(const std::shared_ptr<Topic>& topic, TopicMap::Parameters parameters,
                       Fields headers, EventLoop& loop) {
  Question question;
  question.target = loop.config().topics.find(topic->settings.ask->to);
  question.publish.topic = topic;
  question.publish.parameters = std::move(parameters);
  question.publish.headers = std::move(headers);
  return question;
}

Awaitable<bool> may_write(const Question& question, RightsCheck& rights, const Request& head,
                          Responder& responder, EventLoop& loop, const ServerContext& context) {
  rights = co_await check_publish(question.publish.topic, question.publish.parameters, head, loop);
  auto refused = rights.allowed() ? check_place(head.client, question.topic())
                                  : std::optional(refusal_of(rights, head, context));
  if (!refused) refused = check_rate(rights, head, loop, context);
  if (!refused) co_return true;
  Response response = with_headers(std::move(*refused), question.publish);
  co_await responder.respond(std::move(response));
  co_return false;
}

Awaitable<bool> may_read(const StreamRequest& stream, const Question& question, const Request& head,
                         Responder& responder, EventLoop& loop, const ServerContext& context) {
  ReadRights rights = co_await check_read(stream, head, loop);
  if (rights.allowed()) co_return true;
  Response response = with_headers(refusal_of(rights, head, context), question.publish);
  co_await responder.respond(std::move(response));
  co_return false;
}

Awaitable<bool> take_body(Question& question, const RightsCheck& rights, const Request& head,
                          Responder& responder, const ServerContext& context) {
  question.publish.body_max = std::min(question.topic().max_event, context.limits.bodies.largest());
  Body body = co_await responder.read_body(question.publish.body_max);
  if (body.outcome == Body::Outcome::lost) co_return false;
  if (body.outcome == Body::Outcome::whole) {
    question.publish.message.value = std::move(body.text);
    question.held = std::move(body.held);
    co_return true;
  }
  Response response = answer_no_body(body.outcome, question.publish, rights, head, context);
  co_await responder.respond(std::move(response));
  co_return false;
}

Message make_message(const Question& question, const TopicMap::Match& reply, std::string_view event,
                     const PersonPtr& person, const Request& head) {
  const TopicSettings& target = question.target->settings;
  Message message;
  message.event = event;
  message.event_header = target.event_header;
  message.key_field = target.key_field;
  message.keep = target.keep;
  const bool kafka = !target.event_header.empty();
  if (kafka) message.key = question.id;  // so that a question and its cancel keep their order
  message.fields = {{"request", question.id}, {"reply_to", reply.log}};
  if (const auto type = head.header("content-type"))
    message.fields.emplace_back("content_type", std::string(*type));
  for (std::size_t i = 0; i + 1 < reply.parameters.size(); ++i)
    message.fields.emplace_back("param." + reply.parameters[i].first, reply.parameters[i].second);
  if (person && !person->subject.empty()) message.fields.emplace_back("subject", person->subject);
  return message;
}

Awaitable<PublishResult> append(Question& question, const RightsCheck& rights, const Client& client,
                                EventLoop& loop, const ServerContext& context, unsigned status) {
  const std::size_t bytes = question.publish.message.value.size();
  const std::string log = question.target->settings.log;
  const std::shared_ptr<Connector> connector = question.target->owned_connector;
  std::string log_of_target = log;
  PublishResult result = co_await hand_over(connector, std::move(log_of_target),
                                            std::move(question.publish.message), context.hidden);
  context.logs.ended().forget(*question.target, log);
  TopicProbe& probe = question.publish.topic->probe;
  (!result ? probe.publish_failures : result->is_new ? probe.published : probe.asked_again).add();
  const std::string reason = result ? std::string() : result.error().message();
  if (!result) status = status_of(result.error());
  const PublishLog::Line line{
      question.topic().name, question.topic().path, log, bytes, status, reason,
      rights.logged_subject};
  context.limits.publish_lines.write(line, client, loop.config().server.access_log);
  co_return result;
}

std::variant<StreamRequest, Response> reply_stream(const TopicMap::Reply& reply,
                                                   const Request& head, Timestamp now) {
  auto parsed = parse_stream(reply.match, head, now);
  if (auto* stream = std::get_if<StreamRequest>(&parsed)) {
    stream->parts.front().start.kind = StartRequest::Kind::earliest;
    stream->own_id.clear();
    stream->location = reply.path;
    stream->headers.insert(stream->headers.begin(), {"Location", reply.path});
  }
  return parsed;
}

Response answer(const PublishResult& result, const std::string& id, const std::string& location) {
  return result ? accepted(id, location) : fail(result.error(), location);
}

}  // namespace sidestream
