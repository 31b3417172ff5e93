#include "connectors/embedded/tails.hpp"

#include <cassert>
#include <vector>

namespace sidestream::embedded {

void Tails::start() { thread_ = std::thread(&Tails::run, this); }

void Tails::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ready_added_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<Tail> Tails::open(std::string log, Offset after, TailSink& sink) {
  auto tail =
      std::make_unique<OpenTail>(*this, std::move(log), after, sink, database_.generation());
  probe_.tails.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  by_log_[tail->log].push_back(tail.get());
  make_ready(*tail);
  return tail;
}

void Tails::close(OpenTail& tail) {
  std::unique_lock lock(mutex_);
  const auto of_log = by_log_.find(tail.log);
  assert(of_log != by_log_.end());
  std::erase(of_log->second, &tail);
  if (of_log->second.empty()) by_log_.erase(of_log);
  std::erase(ready_, &tail);
  tail.closed = true;
  read_done_.wait(lock, [&] { return current_ != &tail; });
  probe_.tails.fetch_sub(1, std::memory_order_relaxed);
}

void Tails::make_ready(OpenTail& tail) {
  if (tail.ready) return;
  tail.ready = true;
  ready_.push_back(&tail);
  if (ready_.size() == 1) ready_added_.notify_all();
}

void Tails::notify(const std::string& log) {
  const std::lock_guard lock(mutex_);
  const auto found = by_log_.find(log);
  if (found == by_log_.end()) return;
  for (auto* tail : found->second) make_ready(*tail);
}

bool Tails::is_next(const std::vector<OpenTail*>& tails, const Record& record) const {
  const auto& tail = *tails.front();
  return tails.size() == 1 && !current_ && !tail.ready && tail.after.next() == record.offset &&
         tail.generation == database_.generation();
}

void Tails::deliver(const std::string& log, const Record& record) {
  std::unique_lock lock(mutex_);
  const auto found = by_log_.find(log);
  if (found == by_log_.end()) return;
  if (!is_next(found->second, record)) {
    for (auto* tail : found->second) make_ready(*tail);
    return;
  }
  current_ = found->second.front();
  lock.unlock();
  current_->after = record.offset;
  probe_.records_read.fetch_add(1, std::memory_order_relaxed);
  current_->sink.deliver({&record, 1});
  lock.lock();
  finish_read();
  if (!ready_.empty()) ready_added_.notify_all();
}

void Tails::finish_read() {
  current_ = nullptr;
  read_done_.notify_all();
}

void Tails::notify_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [log, tails] : by_log_) {
    for (auto* tail : tails) make_ready(*tail);
  }
}

void Tails::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_added_.wait(lock, [this] { return stopping_ || (!ready_.empty() && !current_); });
    if (stopping_) return;
    current_ = ready_.front();
    ready_.pop_front();
    current_->ready = false;
    lock.unlock();
    const bool more = read_on(*current_);
    lock.lock();
    if (more && !current_->closed) make_ready(*current_);
    finish_read();
  }
}

bool Tails::read_on(OpenTail& tail) {
  TableReader::Held held;
  std::string generation;
  try {
    auto use = database_.use(Database::tails);
    if (!use) return false;  // notify_all() follows when it is open again
    generation = database_.generation();
    held = use->read_on(tail.log, tail.after, batch_);
  } catch (const SqliteError& error) {
    database_.report_read_error(error);
    return error.code() == SQLITE_BUSY;
  }
  if (tail.generation != generation) {
    const bool is_first = tail.generation.empty();
    tail.generation = generation;
    if (!is_first) {
      report_recreated(tail);
      return true;
    }
  }
  if (batch_.empty()) return compare_with_extent(tail, held);
  if (batch_.first() > tail.after.next()) report_loss(tail, batch_.first(), held.exact);
  tail.after = batch_.last();
  probe_.records_read.fetch_add(batch_.size(), std::memory_order_relaxed);
  tail.sink.deliver(batch_.records());
  return held.more;
}

void Tails::report_recreated(OpenTail& tail) {
  tail.after = database_.start().previous();
  tail.sink.reset("recreated", {tail.after});
}

void Tails::report_loss(OpenTail& tail, Offset resumed, bool exact) {
  Loss loss{.position = tail.after, .resumed = resumed, .exact = exact};
  if (tail.after >= database_.origin()) {
    loss.lost = resumed.previous().number() - tail.after.number();
  }
  tail.after = resumed.previous();
  tail.sink.lose(loss);
}

bool Tails::compare_with_extent(OpenTail& tail, const TableReader::Held& held) {
  const Extent& extent = held.extent;
  if (tail.after < extent.last) {
    report_loss(tail, extent.last.next(), held.exact);
    return true;
  }
  if (tail.after > extent.last) {
    tail.after = extent.floor;
    tail.sink.reset("set_back", {tail.after});
    return true;
  }
  return false;
}

}  // namespace sidestream::embedded
