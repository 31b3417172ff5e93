#include "sidecar/http/handlers/current.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "sidecar/http/handlers/cancel.hpp"
#include "sidecar/http/handlers/cors.hpp"
#include "sidecar/http/handlers/publish_checks.hpp"
#include "sidecar/http/handlers/subscribe.hpp"
#include "sidecar/http/handlers/waiting_place.hpp"
#include "sidecar/http/net/event_loop.hpp"
#include "sidecar/http/server_context.hpp"
#include "sidecar/stream/ask/asked.hpp"
#include "sidecar/stream/ask/question_id.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_time = 2s;

// A look-up that may come after nobody waits for it any more.
class Lookup final : public std::enable_shared_from_this<Lookup> {
 public:
  explicit Lookup(boost::asio::io_context& io) : io_(io), timer_(io, answer_time) {}

  void ask(NewestQuestions& questions, std::string place) {
    questions.find(std::move(place),
                   [weak = weak_from_this(), &io = io_](Result<std::string> found) {
                     boost::asio::post(io, [weak, found = std::move(found)]() mutable {
                       if (const auto self = weak.lock()) self->take(std::move(found));
                     });
                   });
  }
  Awaitable<void> wait() {
    if (!found_) co_await timer_.async_wait(no_throw);
  }
  void cancel() { timer_.cancel(); }
  // Nothing: the broker has not answered.
  const std::optional<Result<std::string>>& found() const { return found_; }

 private:
  void take(Result<std::string> found) {
    found_ = std::move(found);
    timer_.cancel();
  }

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  std::optional<Result<std::string>> found_;
};

// Waits for the broker like a stream that opens, so it takes a stream's place meanwhile. Nothing: no
// place, or no answer.
Awaitable<Result<std::string>> look_up(const Question& question, const std::string& place,
                                       const Request& head, Responder& responder, EventLoop& loop,
                                       const ServerContext& context) {
  const std::optional<StreamPlace> held = take_waiting_place(head.client, loop, context);
  if (!held) co_return Errc::unavailable;
  const auto lookup = std::make_shared<Lookup>(loop.io());
  const auto questions = context.questions.of(question.target);
  lookup->ask(*questions, place);
  {
    const auto left = [lookup] { lookup->cancel(); };
    const auto watch = responder.watch_client(left);
    co_await lookup->wait();
  }
  if (!lookup->found()) co_return Errc::unavailable;
  co_return *lookup->found();
}

// The id of the newest question; empty: there is none. Where it stays unknown, the client has been
// answered.
Awaitable<std::optional<std::string>> find_newest(const Question& question, const Request& head,
                                                  Responder& responder, EventLoop& loop,
                                                  const ServerContext& context) {
  // A random one, so that no parameter contains it.
  const std::string id = random_question_id();
  const TopicMap::Reply reply =
      TopicMap::reply_of(question.publish.topic, question.publish.parameters, id);
  const std::string place = place_of(reply.match.log, id, question.publish.parameters);
  const Result<std::string> found =
      co_await look_up(question, place, head, responder, loop, context);
  if (found) co_return *found;
  Response response = Response::error(
      503, "the newest question is not known (" + found.error().message() + "); try again later");
  response.headers.emplace_back("Retry-After", "1");
  response = with_headers(std::move(response), question.publish);
  co_await responder.respond(std::move(response));
  co_return std::nullopt;
}

Awaitable<void> cancel_current(Question question, const Request& head, Responder& responder,
                               EventLoop& loop, const ServerContext& context) {
  RightsCheck rights;
  const bool writes = co_await may_write(question, rights, head, responder, loop, context);
  if (!writes) co_return;
  auto newest = co_await find_newest(question, head, responder, loop, context);
  if (!newest) co_return;
  if (newest->empty()) {
    Response response = with_headers(Response::error(404, "nothing was asked"), question.publish);
    co_return co_await responder.respond(std::move(response));
  }
  question.id = std::move(*newest);
  co_await append_cancel(std::move(question), rights, head, responder, loop, context);
}

Response nothing_runs(const Question& question) {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Cache-Control", "no-store");
  return with_headers(std::move(response), question.publish);
}

// The rights come first: who may not read is not told whether anything was asked.
Awaitable<void> stream_current(Question question, Timestamp now, const Request& head,
                               Responder& responder, EventLoop& loop,
                               const ServerContext& context) {
  const auto reply = [&question](const std::string& id) {
    return TopicMap::reply_of(question.publish.topic, question.publish.parameters, id);
  };
  auto parsed = reply_stream(reply(any_question_id()), head, now);
  if (auto* problem = std::get_if<Response>(&parsed)) {
    Response response = with_headers(std::move(*problem), question.publish);
    co_return co_await responder.respond(std::move(response));
  }
  const StreamRequest some = std::get<StreamRequest>(std::move(parsed));
  const bool reads = co_await may_read(some, question, head, responder, loop, context);
  if (!reads) co_return;
  const auto newest = co_await find_newest(question, head, responder, loop, context);
  if (!newest) co_return;
  if (newest->empty()) {
    Response response = nothing_runs(question);
    co_return co_await responder.respond(std::move(response));
  }
  auto its = reply_stream(reply(*newest), head, now);
  StreamRequest stream = std::get<StreamRequest>(std::move(its));
  stream.only_running = true;
  co_await subscribe(std::move(stream), head, responder, loop, context);
}

}  // namespace

CurrentRequest parse_current(const TopicMap::Match& match, const Request& request, Timestamp now) {
  CurrentRequest current{match.topic, match.parameters, now, request.method == "DELETE",
                         cors_headers(match.topic->settings.cors, request)};
  expose_reply(request, current.headers);
  return current;
}

Awaitable<void> answer_current(CurrentRequest request, const Request& head, Responder& responder,
                               EventLoop& loop, const ServerContext& context) {
  Question question =
      make_question(request.topic, std::move(request.parameters), std::move(request.headers), loop);
  if (request.cancels)
    co_await cancel_current(std::move(question), head, responder, loop, context);
  else
    co_await stream_current(std::move(question), request.now, head, responder, loop, context);
}

}  // namespace sidestream
