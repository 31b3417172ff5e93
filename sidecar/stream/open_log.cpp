#include "sidecar/stream/open_log.hpp"

#include <utility>

#include "sidecar/stream/start/resolve.hpp"

namespace sidestream {
namespace {

std::int64_t ticks(OpenLog::Clock::time_point t) { return t.time_since_epoch().count(); }

}  // namespace

OpenLog::OpenLog(std::shared_ptr<Topic> topic, std::string name, ReplayPool& pool, Logger logger,
                 std::shared_ptr<EndedLogs> ended)
    : topic_(std::move(topic)),
      name_(std::move(name)),
      pool_(pool),
      topic_log_(topic_->connector.format(), topic_->settings.log_bytes, topic_->end.exists()),
      replay_(std::make_shared<Replay>(topic_, name_, pool)),
      starts_(*this, topic_, name_, topic_log_, std::move(ended)),
      ingest_(*topic_, name_, topic_log_, *replay_, watches_, std::move(logger),
              [this] { starts_.retry(); }),
      left_at_(ticks(Clock::now())) {}

std::shared_ptr<Starts> OpenLog::shared_starts() { return {shared_from_this(), &starts_}; }

void OpenLog::open_at(const LogExtent& extent) {
  const std::lock_guard lock(mutex_);
  if (closed_ || topic_log_.is_open()) return;
  const Position base = live_position(extent, {});
  replay_->set_partitions(base.size());
  topic_log_.open(base);
  tail_ = topic_->connector.tail(name_, base, ingest_);
}

// Readers that have read everything end by it.
void OpenLog::note_end(const LogEnd& end) {
  if (topic_log_.note_newest(end.newest, end.ended, end.last)) watches_.notify();
}

std::shared_ptr<TailSeeks> OpenLog::make_seeks() {
  return std::make_shared<TailSeeks>(topic_, name_, replay_, pool_);
}

void OpenLog::leave(Clock::time_point now, bool served) {
  if (served) served_.store(true, std::memory_order_relaxed);
  left_at_.store(ticks(now), std::memory_order_relaxed);
  readers_.fetch_sub(1, std::memory_order_relaxed);
}

bool OpenLog::idle_since(Clock::time_point then) const {
  return readers() == 0 && left_at_.load(std::memory_order_relaxed) < ticks(then);
}

void OpenLog::close() {
  std::unique_ptr<Tail> tail;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    tail = std::move(tail_);
  }
  starts_.close();
  // Not under the lock: the destructor waits for a delivery that is running.
  tail.reset();
}

}  // namespace sidestream
