#include "connectors/redis/publish_worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {
namespace {

// What is on its way at the same time. The rest waits here, where it is surely not written yet.
constexpr std::size_t most_sent = 1024;
constexpr std::size_t most_sent_bytes = 4 * 1024 * 1024;
// More than this is turned away at once: the server is too slow for what comes.
constexpr std::size_t most_held_bytes = 64 * 1024 * 1024;
// So that the answer is there when the time is over.
constexpr std::chrono::milliseconds margin{100};

std::string format_message(const std::string& log, const Message& message) {
  std::vector<std::string_view> words{"XADD", log, "*", "data", message.value};
  if (!message.event.empty()) words.insert(words.end(), {"event", message.event});
  if (message.key) words.insert(words.end(), {"key", *message.key});
  return format_command(words);
}

Result<Published> read_answer(const redisReply& reply) {
  if (is_error(reply)) return publish_error(text_of(reply));
  const auto id = parse_entry_id(text_of(reply));
  if (!id) return Errc::unconfirmed;
  return Published{0, *id, 1};
}

}  // namespace

PublishWorker::PublishWorker(const LinkContext& context)
    : context_(context), link_(context, Health::Part::publishing, *this) {}

void PublishWorker::start() {
  loop_.start({&link_}, [this](Clock::time_point now) { return turn(now); });
}

void PublishWorker::stop() {
  loop_.stop();
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  take_inbox();
  for (auto& item : sent_) answer(item, Errc::unconfirmed);
  for (auto& item : waiting_) answer(item, Errc::stopped);
  sent_.clear();
  waiting_.clear();
}

void PublishWorker::add(const std::string& log, const Message& message,
                        Connector::Callback<Published> done) {
  Item item{format_message(log, message), std::move(done), Clock::now() + publish_timeout - margin};
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  const bool fits = held_bytes_ + item.command.size() <= most_held_bytes;
  held_bytes_ += item.command.size();
  (fits ? inbox_ : excess_).push_back(std::move(item));
  loop_.wake();
}

void PublishWorker::on_up(Link&) {}

void PublishWorker::on_down(Link& link) {
  std::deque<Item> again;
  for (auto& item : sent_) {
    if (item.end > link.written() && item.done) {
      again.push_back(std::move(item));
    } else {
      answer(item, Errc::unconfirmed);
    }
  }
  sent_.clear();
  sent_bytes_ = 0;
  sick_.clear();
  std::move(waiting_.begin(), waiting_.end(), std::back_inserter(again));
  waiting_ = std::move(again);
}

void PublishWorker::on_reply(Link&, Reply reply) {
  auto item = std::move(sent_.front());
  sent_.pop_front();
  sent_bytes_ -= item.command.size();
  answer(item, read_answer(*reply));
  if (is_error(*reply)) on_error(std::string(text_of(*reply)));
}

void PublishWorker::on_error(const std::string& error) {
  context_.probe.errors.fetch_add(1);
  if (classify(error) != ErrorKind::refused || error.starts_with("READONLY")) {
    sick_ = explain_error(error);
  } else if (std::exchange(refusal_, error) != error) {
    // Not each time: it is clients who ask.
    context_.health.log().warn("redis", "append refused", {{"error", error}});
  }
}

Clock::time_point PublishWorker::turn(Clock::time_point now) {
  take_inbox();
  expire(now);
  if (link_.is_up() && !sick_.empty() && sent_.empty()) {
    // A new connection, as perhaps the name leads to another server by now.
    link_.fail(sick_);
    sick_.clear();
  }
  if (link_.is_up() && sick_.empty()) send_waiting();
  auto next = waiting_.empty() ? Clock::time_point::max() : waiting_.front().deadline;
  const auto open =
      std::find_if(sent_.begin(), sent_.end(), [](auto& item) { return !!item.done; });
  if (open != sent_.end()) next = std::min(next, open->deadline);
  return next;
}

void PublishWorker::send_waiting() {
  while (!waiting_.empty() && sent_.size() < most_sent && sent_bytes_ < most_sent_bytes) {
    auto item = std::move(waiting_.front());
    waiting_.pop_front();
    link_.send(item.command);
    item.end = link_.sent();
    sent_bytes_ += item.command.size();
    sent_.push_back(std::move(item));
  }
}

void PublishWorker::take_inbox() {
  std::deque<Item> excess;
  {
    const std::lock_guard lock(mutex_);
    std::move(inbox_.begin(), inbox_.end(), std::back_inserter(waiting_));
    inbox_.clear();
    excess.swap(excess_);
  }
  for (auto& item : excess) answer(item, Errc::unavailable);
}

void PublishWorker::expire(Clock::time_point now) {
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    answer(waiting_.front(), Errc::unavailable);
    waiting_.pop_front();
  }
  for (auto& item : sent_) {
    if (item.deadline > now) break;
    answer(item, Errc::unconfirmed);
  }
}

void PublishWorker::answer(Item& item, const Result<Published>& result) {
  if (!item.done) return;
  {
    const std::lock_guard lock(mutex_);
    held_bytes_ -= item.command.size();
  }
  auto& counter = result ? context_.probe.published : context_.probe.publish_failures;
  counter.fetch_add(1);
  const auto done = std::exchange(item.done, nullptr);
  done(result);
}

}  // namespace sidestream::redis
