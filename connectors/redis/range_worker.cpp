#include "connectors/redis/range_worker.hpp"

#include <cassert>
#include <utility>

#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {
namespace {

// Enough to hide the round trip, few enough to bound memory.
constexpr std::size_t running_max = 8;

bool is_missing_stream(const redisReply& reply) {
  return is_error(reply) && text_of(reply) == "ERR no such key";
}

}  // namespace

RangeWorker::RangeWorker(const LinkContext& context)
    : context_(context), link_(context, Health::Part::ranges, *this) {}

void RangeWorker::start() {
  loop_.start({&link_}, [this](Clock::time_point) {
    on_round();
    return Clock::time_point::max();
  });
}

void RangeWorker::stop() {
  loop_.stop();
  std::deque<RangeJobPtr> incoming;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    incoming.swap(incoming_);
  }
  for (auto* list : {&running_, &queue_}) {
    for (auto& active : *list) active.job->fail(Errc::stopped);
    list->clear();
  }
  for (auto& job : incoming) job->fail(Errc::stopped);
}

void RangeWorker::add(RangeJobPtr job) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  incoming_.push_back(std::move(job));
  loop_.wake();
}

void RangeWorker::on_up(Link&) {}

// Running jobs go back to the front of the queue, in their order.
void RangeWorker::on_down(Link&) {
  while (!running_.empty()) {
    running_.back().replies.clear();
    queue_.push_front(std::move(running_.back()));
    running_.pop_back();
  }
}

void RangeWorker::on_round() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& job : incoming_) queue_.push_back({std::move(job), {}, 0});
    incoming_.clear();
  }
  while (link_.is_up() && !queue_.empty() && running_.size() < running_max) {
    auto active = std::move(queue_.front());
    queue_.pop_front();
    run(std::move(active));
  }
}

void RangeWorker::run(Active active) {
  const auto commands = active.job->commands();
  active.missing_replies = commands.size();
  for (const auto& command : commands) link_.send(command);
  running_.push_back(std::move(active));
}

// Replies are kept until the last one of the job, because the job views all of them.
void RangeWorker::on_reply(Link& link, Reply reply) {
  assert(!running_.empty());
  auto& active = running_.front();
  active.replies.push_back(std::move(reply));
  if (--active.missing_replies > 0) return;
  for (const auto& received : active.replies) {
    if (is_error(*received) && !is_missing_stream(*received)) {
      refuse(link, *received);
      return;
    }
  }
  context_.health.stream_readable(active.job->log());
  auto done = std::move(active);
  running_.pop_front();
  if (!done.job->take(done.replies)) {
    done.replies.clear();
    queue_.push_back(std::move(done));
  }
}

// An error that is temporary, or concerns the whole server, ends the connection. The jobs wait for
// the next one.
void RangeWorker::refuse(Link& link, const redisReply& reply) {
  const std::string error(text_of(reply));
  if (classify(error) != ErrorKind::refused) {
    link.fail(explain_error(error));
    return;
  }
  context_.probe.errors.fetch_add(1);
  auto refused = std::move(running_.front());
  running_.pop_front();
  context_.health.stream_unreadable(refused.job->log(), error);
  refused.job->fail(Errc::refused);
}

}  // namespace sidestream::redis
