#include "sidecar/http/handlers/ask.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/base/blanks.hpp"
#include "sidecar/http/handlers/body_parameters.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/publish_checks.hpp"
#include "sidecar/http/handlers/question.hpp"
#include "sidecar/http/handlers/subscribe.hpp"
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

std::string id_of(const AskRequest& request, const Question& question, const RightsCheck& rights) {
  if (!request.key) return random_question_id();
  const std::string path =
      TopicMap::question_path(question.publish.topic, question.publish.parameters);
  const std::string_view subject = rights.person ? rights.person->subject : std::string_view();
  return question_id(question.topic().ask->secret, subject, path, *request.key);
}

// Parameters that stand in the body: it is read before anything can be decided.
Awaitable<bool> take_body_parameters(Question& question, const Request& head, Responder& responder,
                                     const ServerContext& context) {
  const RightsCheck nobody;
  const bool has_body = co_await take_body(question, nobody, head, responder, context);
  if (!has_body) co_return false;
  PublishRequest& publish = question.publish;
  const std::string problem = add_body_parameters(
      publish.message.value, question.topic().ask->from_body, publish.parameters);
  if (problem.empty()) co_return true;
  Response response = with_headers(Response::error(400, problem), publish);
  co_await responder.respond(std::move(response));
  co_return false;
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
  Question question = make_question(request.match.topic, std::move(request.match.parameters),
                                    std::move(request.headers), loop);
  const bool body_first =
      lacks_parameters(question.publish.parameters, question.topic().ask->from_body);
  if (body_first) {
    const bool complete = co_await take_body_parameters(question, head, responder, context);
    if (!complete) co_return;
  }
  RightsCheck rights;
  const bool writes = co_await may_write(question, rights, head, responder, loop, context);
  if (!writes) co_return;
  question.id = id_of(request, question, rights);
  const TopicMap::Reply reply =
      TopicMap::reply_of(question.publish.topic, question.publish.parameters, question.id);
  auto parsed = reply_stream(reply, head, request.now);
  if (auto* problem = std::get_if<Response>(&parsed)) {
    Response response = with_headers(std::move(*problem), question.publish);
    co_return co_await responder.respond(std::move(response));
  }
  StreamRequest stream = std::get<StreamRequest>(std::move(parsed));
  if (request.streams) {
    const bool reads = co_await may_read(stream, question, head, responder, loop, context);
    if (!reads) co_return;
  }
  if (!body_first) {
    const bool has_body = co_await take_body(question, rights, head, responder, context);
    if (!has_body) co_return;
  }
  Message message = make_message(question, reply.match, "ask", rights.person, head);
  message.value = std::move(question.publish.message.value);
  if (request.key) message.once = {question.id, body_digest(message.value), key_time};
  question.publish.message = std::move(message);
  const PublishResult result =
      co_await append(question, rights, head.client, loop, context, request.streams ? 200 : 202);
  if (result && request.streams)
    co_return co_await subscribe(std::move(stream), head, responder, loop, context);
  Response response = with_headers(answer(result, question.id, reply.path), question.publish);
  co_await responder.respond(std::move(response));
}

}  // namespace sidestream
