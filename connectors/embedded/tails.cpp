#include "connectors/embedded/tails.hpp"

#include <utility>
#include <vector>

namespace sidestream::embedded {

void Tails::start() { thread_ = std::thread(&Tails::run, this); }

void Tails::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<Tail> Tails::open(std::string log, Offset after, TailSink& sink) {
  auto reading = std::make_unique<Reading>(*this, std::move(log), after, sink, database_.life());
  probe_.tails.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  by_log_[reading->log].push_back(reading.get());
  make_ready(*reading);
  return reading;
}

void Tails::close(Reading& reading) {
  std::unique_lock lock(mutex_);
  const auto of_log = by_log_.find(reading.log);
  std::erase(of_log->second, &reading);
  if (of_log->second.empty()) by_log_.erase(of_log);
  std::erase(ready_, &reading);
  reading.closed = true;
  idle_.wait(lock, [&] { return current_ != &reading; });
  probe_.tails.fetch_sub(1, std::memory_order_relaxed);
}

void Tails::make_ready(Reading& reading) {
  if (reading.ready) return;
  reading.ready = true;
  ready_.push_back(&reading);
  if (ready_.size() == 1) work_.notify_all();
}

void Tails::grown(const std::string& log) {
  const std::lock_guard lock(mutex_);
  const auto found = by_log_.find(log);
  if (found == by_log_.end()) return;
  for (auto* reading : found->second) make_ready(*reading);
}

void Tails::all_grown() {
  const std::lock_guard lock(mutex_);
  for (auto& [log, readings] : by_log_) {
    for (auto* reading : readings) make_ready(*reading);
  }
}

void Tails::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    if (stopping_) return;
    current_ = ready_.front();
    ready_.pop_front();
    current_->ready = false;
    lock.unlock();
    const bool more = read_on(*current_);
    lock.lock();
    auto* const reading = std::exchange(current_, nullptr);
    if (more && !reading->closed) make_ready(*reading);
    idle_.notify_all();
  }
}

bool Tails::read_on(Reading& reading) {
  LogReader::Held held;
  std::string life;
  try {
    auto use = database_.use(Database::tails);
    if (!use) return false;  // all_grown() comes when it is there again
    life = database_.life();
    held = use->read_on(reading.log, reading.after, batch_);
  } catch (const SqliteError& error) {
    database_.complain(error);
    return error.code() == SQLITE_BUSY;
  }
  if (reading.life != life) {
    const bool is_first = reading.life.empty();
    reading.life = life;
    if (!is_first) {
      tell_of_new_life(reading);
      return true;
    }
  }
  if (batch_.empty()) return compare(reading, held.extent);
  if (batch_.first() > reading.after.next()) tell_of_loss(reading, batch_.first());
  reading.after = batch_.last();
  probe_.records_read.fetch_add(batch_.size(), std::memory_order_relaxed);
  reading.sink.deliver(batch_.records());
  return held.more;
}

void Tails::tell_of_new_life(Reading& reading) {
  reading.after = database_.start().previous();
  reading.sink.reset("recreated", {reading.after});
}

void Tails::tell_of_loss(Reading& reading, Offset resumed) {
  Loss loss{.position = reading.after, .resumed = resumed};
  if (reading.after >= database_.origin()) {
    loss.lost = resumed.previous().number() - reading.after.number();
  }
  reading.after = resumed.previous();
  reading.sink.lose(loss);
}

bool Tails::compare(Reading& reading, const Extent& extent) {
  if (reading.after < extent.last) {
    tell_of_loss(reading, extent.last.next());
    return true;
  }
  if (reading.after > extent.last) {
    reading.after = extent.floor;
    reading.sink.reset("set_back", {reading.after});
    return true;
  }
  return false;
}

}  // namespace sidestream::embedded
