#include "connectors/embedded/query_thread.hpp"

#include <utility>

namespace sidestream::embedded {

void QueryThread::start() { thread_ = std::thread(&QueryThread::run, this); }

void QueryThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    added_.notify_all();
  }
  database_.interrupt();
  if (thread_.joinable()) thread_.join();
  std::deque<std::unique_ptr<Query>> open;
  {
    const std::lock_guard lock(mutex_);
    open.swap(queue_);
  }
  for (const auto& query : open) query->fail(Errc::stopped);
}

void QueryThread::add(std::unique_ptr<Query> query) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back(std::move(query));
      if (queue_.size() == 1) added_.notify_all();
      return;
    }
  }
  query->fail(Errc::stopped);  // on the caller's thread, because this thread has ended
}

void QueryThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    added_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    auto query = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const bool answered = try_query(*query);
    const bool usable = answered || database_.wait_usable();
    lock.lock();
    // A failed query goes to the end: one that always fails (a damaged page) must not block others.
    if (!answered) queue_.push_back(std::move(query));
    if (!usable) return;
  }
}

bool QueryThread::try_query(Query& query) {
  try {
    const auto use = database_.use(Database::queries);
    if (!use) return false;
    query.run(*use, batch_);
  } catch (const SqliteError& error) {
    database_.report_read_error(error);
    return false;
  }
  query.answer(batch_);
  return true;
}

}  // namespace sidestream::embedded
