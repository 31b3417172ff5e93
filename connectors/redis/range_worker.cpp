#include "connectors/redis/range_worker.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {
namespace {

// Enough to hide the round trip, few enough to bound memory.
constexpr std::size_t running_most = 8;
// After the connection was cut, until more jobs run at a time again.
constexpr std::chrono::seconds narrow_for{30};
// A job that was alone and small on this many lost connections is what the server cuts.
constexpr int cuts_max = 3;

bool is_missing_stream(const redisReply& reply) {
  return is_error(reply) && text_of(reply) == "ERR no such key";
}

}  // namespace

RangeWorker::RangeWorker(const LinkContext& context, IdScripts& scripts)
    : context_(context),
      scripts_(scripts),
      link_(context, Health::Part::ranges, *this),
      running_max_(running_most) {}

void RangeWorker::start() {
  loop_.start({&link_}, [this](Clock::time_point now) { return on_round(now); });
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
  for (auto& [when, active] : spaced_) active.job->fail(Errc::stopped);
  spaced_.clear();
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
  if (!running_.empty()) after_cut();
  while (!running_.empty()) {
    running_.back().replies.clear();
    queue_.push_front(std::move(running_.back()));
    running_.pop_back();
  }
}

// A lost connection while replies were due: perhaps they were too large for the server.
void RangeWorker::after_cut() {
  const bool alone = running_.size() == 1;
  running_max_ = std::max<std::size_t>(running_max_ / 2, 1);
  widen_at_ = Clock::now() + narrow_for;
  for (auto& active : running_) {
    const bool smaller = active.job->shrink();
    active.cuts = alone && !smaller ? active.cuts + 1 : 0;
  }
  if (running_.front().cuts < cuts_max) return;
  auto refused = std::move(running_.front());
  running_.pop_front();
  refuse(std::move(refused),
         "the connection is lost with each attempt; an entry may exceed Redis's "
         "client-output-buffer-limit");
}

Clock::time_point RangeWorker::on_round(Clock::time_point now) {
  take_incoming(now);
  if (running_max_ < running_most && now >= widen_at_) {
    running_max_ *= 2;
    widen_at_ = now + narrow_for;
  }
  while (link_.is_up() && !queue_.empty() && running_.size() < running_max_) {
    auto active = std::move(queue_.front());
    queue_.pop_front();
    run(std::move(active));
  }
  return spaced_.empty() ? Clock::time_point::max() : spaced_.begin()->first;
}

void RangeWorker::take_incoming(Clock::time_point now) {
  while (!spaced_.empty() && spaced_.begin()->first <= now) {
    queue_.push_back(std::move(spaced_.begin()->second));
    spaced_.erase(spaced_.begin());
  }
  const std::lock_guard lock(mutex_);
  for (auto& job : incoming_) queue_.push_back({std::move(job), {}, 0, 0});
  incoming_.clear();
}

void RangeWorker::run(Active active) {
  const auto now = Clock::now();
  if (active.job->asks_info() && active.job->activity() == Activity::start && !scripts_.allowed()) {
    const auto when = plain_starts_.ask(active.job->log(), now);
    if (when > now) {
      spaced_.emplace(when, std::move(active));
      return;
    }
  }
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
  const auto error = std::find_if(active.replies.begin(), active.replies.end(), [](auto& received) {
    return is_error(*received) && !is_missing_stream(*received);
  });
  if (error == active.replies.end()) return take_replies();
  const auto held = std::move(*error);
  take_error(link, *held);
}

void RangeWorker::take_replies() {
  auto done = std::move(running_.front());
  running_.pop_front();
  done.cuts = 0;
  context_.health.served(done.job->activity(), done.job->log());
  if (done.job->take(done.replies)) return;
  done.replies.clear();
  queue_.push_back(std::move(done));
}

// An error that is temporary, or concerns the whole server, ends the connection. The jobs wait for
// the next one.
void RangeWorker::take_error(Link& link, const redisReply& reply) {
  const std::string error(text_of(reply));
  if (scripts_.refused_by(error)) {
    running_.front().replies.clear();
    queue_.push_front(std::move(running_.front()));
    running_.pop_front();
    return;
  }
  if (classify(error) != ErrorKind::refused) {
    link.fail(explain_error(error));
    return;
  }
  context_.probe.errors.fetch_add(1);
  auto refused = std::move(running_.front());
  running_.pop_front();
  refuse(std::move(refused), error);
}

void RangeWorker::refuse(Active refused, const std::string& why) {
  context_.health.refused(refused.job->activity(), refused.job->log(), why);
  refused.job->fail(Errc::refused);
}

}  // namespace sidestream::redis
