#include "connectors/redis/range_worker.hpp"

#include <utility>

#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {
namespace {

// Asked at the same time: enough to hide the way to the server, few enough to bound memory.
constexpr std::size_t most_asked = 8;

bool is_missing_stream(const redisReply& reply) {
  return is_error(reply) && text_of(reply) == "ERR no such key";
}

}  // namespace

RangeWorker::RangeWorker(const LinkContext& context)
    : context_(context), link_(context, Health::Part::ranges, *this) {}

void RangeWorker::start() {
  loop_.start({&link_}, [this](Clock::time_point) {
    turn();
    return Clock::time_point::max();
  });
}

void RangeWorker::stop() {
  loop_.stop();
  std::deque<RangeJobPtr> open;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    open.swap(inbox_);
  }
  for (auto* list : {&asked_, &waiting_}) {
    for (auto& active : *list) active.job->fail(Errc::stopped);
    list->clear();
  }
  for (auto& job : open) job->fail(Errc::stopped);
}

void RangeWorker::add(RangeJobPtr job) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  inbox_.push_back(std::move(job));
  loop_.wake();
}

void RangeWorker::on_up(Link&) {}

void RangeWorker::on_down(Link&) {
  while (!asked_.empty()) {
    asked_.back().replies.clear();
    waiting_.push_front(std::move(asked_.back()));
    asked_.pop_back();
  }
}

void RangeWorker::turn() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& job : inbox_) waiting_.push_back({std::move(job), {}, 0});
    inbox_.clear();
  }
  while (link_.is_up() && !waiting_.empty() && asked_.size() < most_asked) {
    auto active = std::move(waiting_.front());
    waiting_.pop_front();
    ask(std::move(active));
  }
}

void RangeWorker::ask(Active active) {
  const auto commands = active.job->commands();
  active.expected = commands.size();
  for (const auto& command : commands) link_.send(command);
  asked_.push_back(std::move(active));
}

// The replies of a job are kept until its last one, as it views them.
void RangeWorker::on_reply(Link& link, Reply reply) {
  auto& active = asked_.front();
  active.replies.push_back(std::move(reply));
  if (--active.expected > 0) return;
  for (const auto& answer : active.replies) {
    if (is_error(*answer) && !is_missing_stream(*answer)) {
      refuse(link, active, *answer);
      return;
    }
  }
  context_.health.stream_well(active.job->log());
  auto done = std::move(active);
  asked_.pop_front();
  if (!done.job->take(done.replies)) {
    done.replies.clear();
    waiting_.push_back(std::move(done));
  }
}

// What will pass, or concerns the server as a whole, is waited out with the connection.
void RangeWorker::refuse(Link& link, Active& active, const redisReply& reply) {
  const std::string error(text_of(reply));
  if (classify(error) != ErrorKind::refused) {
    link.fail(explain_error(error));
    return;
  }
  context_.probe.errors.fetch_add(1);
  context_.health.stream_ill(active.job->log(), error);
  auto done = std::move(active);
  asked_.pop_front();
  done.job->fail(Errc::refused);
}

}  // namespace sidestream::redis
