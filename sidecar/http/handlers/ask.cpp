#include "sidecar/http/handlers/ask.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/base/blanks.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/hand_over.hpp"
#include "sidecar/http/handlers/publish_checks.hpp"
#include "sidecar/http/handlers/subscribe.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/server_context.hpp"
#include "sidecar/stream/ask/question_id.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t key_max = 255;
constexpr std::size_t key_least = 16;  // where anybody may read the reply
constexpr auto key_time = 24h;

bool anyone_reads(const TopicSettings& topic) {
  return !topic.read || topic.read->kind == Rules::Kind::anyone;
}

// Prefer is a list; a preference may have a value and parameters (RFC 7240).
bool prefers_async(const Request& request) {
  const std::string prefer = request.joined("prefer");
  std::string_view rest = prefer;
  while (!rest.empty()) {
    const std::size_t end = rest.find(',');
    const auto one = trim_blanks(rest.substr(0, std::min(end, rest.find(';'))));
    if (equals_ignoring_case(one, "respond-async")) return true;
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  return false;
}

// The question on its way, as the connector of its log takes it.
struct Question {
  std::shared_ptr<Topic> target;
  std::string id;
  HeldBytes held;          // as long as the body is in memory
  PublishRequest publish;  // checks and log lines treat it as a publish to the asking topic

  const TopicSettings& topic() const { return publish.topic->settings; }
};

// `reply`: the match of the reply's path.
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

// Appends the question and counts it.
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

// The rights and limits of those who write. Returns whether they hold, and has answered if not.
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

// Whether the client may read the reply; if not, it has been answered.
Awaitable<bool> may_read(const StreamRequest& stream, const Question& question, const Request& head,
                         Responder& responder, EventLoop& loop, const ServerContext& context) {
  ReadRights rights = co_await check_read(stream, head, loop);
  if (rights.allowed()) co_return true;
  Response response = with_headers(refusal_of(rights, head, context), question.publish);
  co_await responder.respond(std::move(response));
  co_return false;
}

// Reads the body into the question; if there is none, the client has been answered.
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

Question make_question(const TopicMap::Match& match, Fields headers, EventLoop& loop) {
  Question question;
  question.target = loop.config().topics.find(match.topic->settings.ask->to);
  question.publish.topic = match.topic;
  question.publish.parameters = match.parameters;
  question.publish.headers = std::move(headers);
  return question;
}

// The reply's stream from its beginning.
std::variant<StreamRequest, Response> reply_stream(const TopicMap::Match& reply,
                                                   const Request& head, const std::string& location,
                                                   Timestamp now) {
  auto parsed = parse_stream(reply, head, now);
  if (auto* stream = std::get_if<StreamRequest>(&parsed)) {
    stream->parts.front().start.kind = StartRequest::Kind::earliest;
    stream->own_id.clear();
    stream->location = location;
    stream->headers.insert(stream->headers.begin(), {"Location", location});
  }
  return parsed;
}

}  // namespace

std::variant<AskRequest, Response> parse_ask(const TopicMap::Match& match, const Request& request,
                                             Timestamp now) {
  const TopicSettings& topic = match.topic->settings;
  AskRequest ask{match, {}, now, !prefers_async(request), cors_headers(topic.cors, request)};
  expose_reply(request, ask.headers);
  if (!request.header("idempotency-key")) return ask;
  ask.key = request.joined("idempotency-key");
  const bool visible = std::ranges::all_of(*ask.key, [](char c) { return c > ' ' && c <= '~'; });
  if (ask.key->empty() || ask.key->size() > key_max || !visible)
    return Response::error(400, "Idempotency-Key: expected 1 to 255 visible ASCII characters");
  if (ask.key->size() < key_least && anyone_reads(topic)) {
    return Response::error(400,
                           "Idempotency-Key: expected at least 16 characters, because anyone who "
                           "guesses it may read the reply");
  }
  return ask;
}

Awaitable<void> ask(AskRequest request, const Request& head, Responder& responder, EventLoop& loop,
                    const ServerContext& context) {
  Question question = make_question(request.match, std::move(request.headers), loop);
  RightsCheck rights;
  const bool writes = co_await may_write(question, rights, head, responder, loop, context);
  if (!writes) co_return;
  const std::string path = head.path();
  const std::string_view subject = rights.person ? rights.person->subject : std::string_view();
  question.id = request.key ? question_id(question.topic().ask->secret, subject, path, *request.key)
                            : random_question_id();
  const std::string location = path + "/" + question.id;
  const TopicMap::Match reply = TopicMap::reply_of(request.match, question.id);
  auto parsed = reply_stream(reply, head, location, request.now);
  if (auto* problem = std::get_if<Response>(&parsed)) {
    Response response = with_headers(std::move(*problem), question.publish);
    co_return co_await responder.respond(std::move(response));
  }
  StreamRequest stream = std::get<StreamRequest>(std::move(parsed));
  if (request.streams) {
    const bool reads = co_await may_read(stream, question, head, responder, loop, context);
    if (!reads) co_return;
  }
  const bool has_body = co_await take_body(question, rights, head, responder, context);
  if (!has_body) co_return;
  Message message = make_message(question, reply, "ask", rights.person, head);
  message.value = std::move(question.publish.message.value);
  if (request.key) message.once = {question.id, body_digest(message.value), key_time};
  question.publish.message = std::move(message);
  const PublishResult result =
      co_await append(question, rights, head.client, loop, context, request.streams ? 200 : 202);
  if (result && request.streams)
    co_return co_await subscribe(std::move(stream), head, responder, loop, context);
  Response response = result ? accepted(question.id, location) : fail(result.error(), location);
  response = with_headers(std::move(response), question.publish);
  co_await responder.respond(std::move(response));
}

Awaitable<void> cancel(CancelRequest request, const Request& head, Responder& responder,
                       EventLoop& loop, const ServerContext& context) {
  Question question = make_question(request.match, std::move(request.headers), loop);
  question.id = request.match.parameters.back().second;
  RightsCheck rights;
  const bool writes = co_await may_write(question, rights, head, responder, loop, context);
  if (!writes) co_return;
  question.publish.message = make_message(question, request.match, "cancel", rights.person, head);
  const PublishResult result = co_await append(question, rights, head.client, loop, context, 202);
  const std::string location = head.path();
  if (result) question.publish.topic->probe.cancels.add();
  Response response = result ? accepted(question.id, location) : fail(result.error(), location);
  response = with_headers(std::move(response), question.publish);
  co_await responder.respond(std::move(response));
}

}  // namespace sidestream
