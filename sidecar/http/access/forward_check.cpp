#include "sidecar/http/access/forward_check.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

using Kind = ForwardAnswer::Kind;

constexpr std::uint64_t answer_most = 64 * 1024;  // bytes of its body

ForwardAnswerPtr failed(std::string why) {
  ForwardAnswer answer;
  answer.failure = std::move(why);
  return std::make_shared<const ForwardAnswer>(std::move(answer));
}

}  // namespace

ForwardCheck::ForwardCheck(boost::asio::io_context& io,
                           std::shared_ptr<const AccessSettings> access, AccessProbe& probe,
                           Logger log)
    : io_(io), access_(std::move(access)), probe_(probe), log_(std::move(log)), client_(io) {}

Awaitable<ForwardAnswerPtr> ForwardCheck::ask(ForwardQuestionPtr question,
                                              std::chrono::milliseconds age) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [self = shared_from_this(), executor, &question, age](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    Done done = [executor, shared](ForwardAnswerPtr answer) {
      boost::asio::post(executor, [shared, answer = std::move(answer)]() mutable {
        std::move (*shared)(std::move(answer));
      });
    };
    boost::asio::post(self->io_, [self, question, age, done = std::move(done)]() mutable {
      self->look_up(std::move(question), age, std::move(done));
    });
  };
  co_return co_await boost::asio::async_initiate<const UseAwaitable&, void(ForwardAnswerPtr)>(
      initiate, UseAwaitable());
}

void ForwardCheck::look_up(ForwardQuestionPtr question, std::chrono::milliseconds age, Done done) {
  if (ForwardAnswerPtr kept = answers_.find(question->key, Clock::now(), age))
    return done(std::move(kept));
  const auto asking = asking_.find(question->key);
  if (asking != asking_.end()) {
    asking->second.push_back(std::move(done));
    return;
  }
  if (asking_.size() >= asking_most) return done(failed("too many questions at once"));
  asking_[question->key].push_back(std::move(done));
  send(std::move(question));
}

void ForwardCheck::send(ForwardQuestionPtr question) {
  auto asked = fetch(std::move(question));
  boost::asio::co_spawn(io_, std::move(asked), [self = shared_from_this()](std::exception_ptr) {});
}

Awaitable<void> ForwardCheck::fetch(ForwardQuestionPtr question) {
  const auto begun = Clock::now();
  const auto asked = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  FetchRequest request(access_->forward->url);
  request.headers = question->headers;
  request.connect_within = access_->forward->timeout;
  request.within = access_->forward->timeout;
  request.max_body = answer_most;
  const Fetched<FetchResponse> response = co_await client_.fetch(std::move(request));
  ForwardAnswerPtr answer =
      response ? std::make_shared<const ForwardAnswer>(read_answer(*response, *access_, asked))
               : failed(response.error().text);
  count(*answer, Clock::now() - begun);
  take(question->key, std::move(answer));
}

void ForwardCheck::count(const ForwardAnswer& answer, Clock::duration took) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  probe_.asked(static_cast<ForwardResult>(answer.kind), us);
  if (answer.kind != Kind::failed) {
    if (probe_.forward.end()) log_.info("access", "the app decides about requests again");
  } else if (probe_.forward.begin(unix_now_ms(), answer.failure)) {
    log_.warn("access", "the app can't be asked about requests", {{"error", answer.failure}});
  }
}

void ForwardCheck::take(const std::string& key, ForwardAnswerPtr answer) {
  const std::vector<Done> waiting = std::move(asking_[key]);
  asking_.erase(key);
  if (answer->kind != Kind::failed) answers_.put(key, answer, Clock::now());
  for (const Done& done : waiting) done(answer);
}

}  // namespace sidestream
