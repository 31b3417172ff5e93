#include "connectors/redis/publish_worker.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "connectors/redis/append_command.hpp"
#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {
namespace {

// Limits of in_flight_. The rest stays in queue_, where it is certainly not written.
constexpr std::size_t in_flight_max = 1024;
constexpr std::size_t in_flight_bytes_max = 4 * 1024 * 1024;
// Beyond this, messages are rejected at once: the server is slower than its producers.
constexpr std::size_t held_bytes_max = 64 * 1024 * 1024;
// Answers come this much before publish_timeout, not after it.
constexpr std::chrono::milliseconds margin{100};

}  // namespace

PublishWorker::PublishWorker(const LinkContext& context)
    : context_(context), link_(context, Health::Part::publishing, *this) {}

void PublishWorker::start() {
  loop_.start({&link_}, [this](Clock::time_point now) { return on_round(now); });
}

void PublishWorker::stop() {
  loop_.stop();
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  take_incoming();
  for (auto& append : in_flight_) answer(append, Errc::unconfirmed);
  for (auto& append : queue_) answer(append, Errc::stopped);
  in_flight_.clear();
  queue_.clear();
}

void PublishWorker::add(const std::string& log, const Message& message,
                        Connector::PublishCallback done) {
  Append append{log, format_append(log, message), std::move(done),
                Clock::now() + publish_timeout - margin};
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  const bool fits = held_bytes_ + append.command.size() <= held_bytes_max;
  held_bytes_ += append.command.size();
  (fits ? incoming_ : rejected_).push_back(std::move(append));
  loop_.wake();
}

void PublishWorker::on_up(Link&) {}

// Commands that were not written completely go back to the front of the queue.
void PublishWorker::on_down(Link& link) {
  std::deque<Append> again;
  for (auto& append : in_flight_) {
    if (append.end > link.written() && append.done) {
      again.push_back(std::move(append));
    } else {
      answer(append, Errc::unconfirmed);
    }
  }
  in_flight_.clear();
  in_flight_bytes_ = 0;
  server_error_.clear();
  std::move(queue_.begin(), queue_.end(), std::back_inserter(again));
  queue_ = std::move(again);
}

void PublishWorker::on_reply(Link&, Reply reply) {
  assert(!in_flight_.empty());
  auto append = std::move(in_flight_.front());
  in_flight_.pop_front();
  in_flight_bytes_ -= append.command.size();
  if (is_error(*reply)) {
    on_error(append.log, std::string(text_of(*reply)));
  } else {
    context_.health.served(Activity::publish, append.log);
  }
  answer(append, read_append_reply(*reply));
}

void PublishWorker::on_error(const std::string& log, const std::string& error) {
  context_.probe.errors.fetch_add(1);
  context_.health.refused(Activity::publish, log, error);
  if (classify(error) != ErrorKind::refused || error.starts_with("READONLY")) {
    server_error_ = explain_error(error);
  }
}

Clock::time_point PublishWorker::on_round(Clock::time_point now) {
  take_incoming();
  expire(now);
  if (link_.is_up() && !server_error_.empty() && in_flight_.empty()) {
    // Reconnect, because the name may lead to another server by now.
    link_.fail(server_error_);
    server_error_.clear();
  }
  if (link_.is_up() && server_error_.empty()) send_queue();
  auto next = queue_.empty() ? Clock::time_point::max() : queue_.front().deadline;
  const auto open = std::find_if(in_flight_.begin(), in_flight_.end(),
                                 [](auto& append) { return !!append.done; });
  if (open != in_flight_.end()) next = std::min(next, open->deadline);
  return next;
}

void PublishWorker::send_queue() {
  while (!queue_.empty() && in_flight_.size() < in_flight_max &&
         in_flight_bytes_ < in_flight_bytes_max) {
    auto append = std::move(queue_.front());
    queue_.pop_front();
    link_.send(append.command);
    append.end = link_.sent();
    in_flight_bytes_ += append.command.size();
    in_flight_.push_back(std::move(append));
  }
}

void PublishWorker::take_incoming() {
  std::deque<Append> rejected;
  {
    const std::lock_guard lock(mutex_);
    std::move(incoming_.begin(), incoming_.end(), std::back_inserter(queue_));
    incoming_.clear();
    rejected.swap(rejected_);
  }
  for (auto& append : rejected) answer(append, Errc::unavailable);
}

void PublishWorker::expire(Clock::time_point now) {
  while (!queue_.empty() && queue_.front().deadline <= now) {
    answer(queue_.front(), Errc::unavailable);
    queue_.pop_front();
  }
  for (auto& append : in_flight_) {
    if (append.deadline > now) break;
    answer(append, Errc::unconfirmed);
  }
}

void PublishWorker::answer(Append& append, const PublishResult& result) {
  if (!append.done) return;
  {
    const std::lock_guard lock(mutex_);
    held_bytes_ -= append.command.size();
  }
  auto& counter = result ? context_.probe.published : context_.probe.publish_failures;
  counter.fetch_add(1);
  const auto done = std::exchange(append.done, nullptr);
  done(result);
}

}  // namespace sidestream::redis
