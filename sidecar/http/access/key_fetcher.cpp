#include "sidecar/http/access/key_fetcher.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <random>
#include <utility>

#include "sidecar/auth/token/cache_control.hpp"
#include "sidecar/base/rng.hpp"
#include "sidecar/base/time_text.hpp"

namespace sidestream {

KeyFetcher::KeyFetcher(boost::asio::io_context& io, IssuerSettings issuer, KeyFetchLimits limits,
                       Logger log)
    : io_(io),
      issuer_(std::move(issuer)),
      limits_(limits),
      log_(std::move(log)),
      client_(io, issuer_.ca),
      refresh_(Clock::now()),
      timer_(io) {
  state_.issuer = issuer_.issuer;
}

void KeyFetcher::start() {
  auto running = run();
  boost::asio::co_spawn(io_, std::move(running),
                        [self = shared_from_this()](const std::exception_ptr& error) {
                          if (!error) return;
                          self->log_.error("access", "fetching of keys ended by an exception",
                                           {{"issuer", self->issuer_.issuer}});
                        });
}

void KeyFetcher::stop() {
  boost::asio::post(io_, [self = shared_from_this()] {
    self->stopped_ = true;
    self->timer_.cancel();
    self->answer(false);
  });
}

std::shared_ptr<const KeySet> KeyFetcher::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

KeyState KeyFetcher::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Awaitable<KeyLookUp> KeyFetcher::look_up() {
  auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [self = shared_from_this(), executor](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    Done done = [executor, shared](KeyLookUp found) {
      boost::asio::post(executor, [shared, found] { std::move (*shared)(found); });
    };
    boost::asio::post(self->io_,
                      [self, done = std::move(done)]() mutable { self->ask(std::move(done)); });
  };
  co_return co_await boost::asio::async_initiate<const UseAwaitable&, void(KeyLookUp)>(
      initiate, UseAwaitable());
}

Awaitable<void> KeyFetcher::run() {
  while (!stopped_) {
    const auto due = refresh_.due();
    if (Clock::now() < due) {
      timer_.expires_at(due);  // ask() cancels it
      co_await timer_.async_wait(no_throw);
      continue;
    }
    refresh_.started(Clock::now());
    co_await fetch();
  }
}

Awaitable<void> KeyFetcher::fetch() {
  FetchRequest request(issuer_.keys_url);
  request.headers.emplace_back("Accept", "application/jwk-set+json, application/json");
  request.within = limits_.within;
  request.connect_within = limits_.within;
  request.max_body = limits_.answer_bytes_max;
  request.keep_alive = false;  // the next fetch is minutes away
  const Fetched<FetchResponse> response = co_await client_.fetch(std::move(request));
  if (stopped_) co_return;
  auto keys = read(response);
  const auto now = Clock::now();
  bool ended = false;
  if (keys) {
    ended = refresh_.succeeded(now, parse_max_age(response->header("Cache-Control")));
    succeeded(std::move(*keys));
  } else {
    ended = refresh_.failed(now, std::uniform_real_distribution<>(0, 1)(rng()));
    failed(keys.error().text);
  }
  if (ended) answer(keys.has_value());
}

KeyResult<KeySet> KeyFetcher::read(const Fetched<FetchResponse>& response) const {
  const std::string from = "GET " + hide_secrets(issuer_.keys_url) + ": ";
  if (!response) return KeyError(response.error().text);
  if (response->status != 200) {
    const bool redirect = response->status / 100 == 3;
    return KeyError(from + "status " + std::to_string(response->status) +
                    (redirect ? " (redirects are not followed)" : ""));
  }
  auto keys = KeySet::parse(response->body);
  if (!keys) return KeyError(from + keys.error().text);
  const std::string misfit = find_misfit(*keys, issuer_);
  if (!misfit.empty()) return KeyError(from + misfit);
  return keys;
}

void KeyFetcher::ask(Done done) {
  if (stopped_) return done({false, Clock::now()});
  switch (refresh_.want_key(Clock::now())) {
    case KeyRefresh::LookUp::wanted:
      waiting_.push_back({std::move(done), false});
      timer_.cancel();
      break;
    case KeyRefresh::LookUp::running:
      waiting_.push_back({std::move(done), true});
      break;
    case KeyRefresh::LookUp::refused:
      done({false, refresh_.next_look_up()});
      break;
  }
}

void KeyFetcher::answer(bool fetched) {
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& one : waiting) one.done({fetched && !one.late, refresh_.next_look_up()});
}

std::int64_t KeyFetcher::next_ms() const {
  const auto left = refresh_.due() - Clock::now();
  return unix_now_ms() + std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
}

void KeyFetcher::succeeded(KeySet keys) {
  const auto made = std::make_shared<const KeySet>(std::move(keys));
  KeyState before;
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    before = state_;
    changed = !keys_ || !keys_->same_keys(*made);
    keys_ = made;
    state_.keys = made->keys().size();
    state_.loaded_ms = unix_now_ms();
    state_.next_ms = next_ms();
    state_.failing_since_ms = 0;
    state_.reason.clear();
    ++state_.fetches;
  }
  if (before.failing_since_ms != 0) {
    log_.info("access", "key server available", {{"issuer", issuer_.issuer}});
  }
  if (!changed) return;
  const auto& refused = made->refused();
  log_.info("access", "keys loaded",
            {{"issuer", issuer_.issuer},
             {"keys", made->keys().size()},
             {"refused", refused.size()},
             {"reason", refused.empty() ? std::string() : refused.front()}});
}

void KeyFetcher::failed(const std::string& reason) {
  KeyState before;
  {
    const std::lock_guard lock(mutex_);
    before = state_;
    if (state_.failing_since_ms == 0) state_.failing_since_ms = unix_now_ms();
    state_.next_ms = next_ms();
    state_.reason = reason;
    ++state_.failures;
  }
  if (before.failing_since_ms != 0) return;
  log_.warn("access", "key server unavailable",
            {{"issuer", issuer_.issuer}, {"error", reason}, {"keys_in_use", before.keys}});
}

}  // namespace sidestream
