#include "connectors/embedded/query_thread.hpp"

#include <utility>

namespace sidestream::embedded {

void QueryThread::start() { thread_ = std::thread(&QueryThread::run, this); }

void QueryThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    arrived_.notify_all();
  }
  database_.interrupt();
  if (thread_.joinable()) thread_.join();
  std::deque<std::unique_ptr<Query>> open;
  {
    const std::lock_guard lock(mutex_);
    open.swap(queries_);
  }
  for (const auto& query : open) query->fail(Errc::stopped);
}

void QueryThread::add(std::unique_ptr<Query> query) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queries_.push_back(std::move(query));
      if (queries_.size() == 1) arrived_.notify_all();
      return;
    }
  }
  query->fail(Errc::stopped);  // the thread has ended
}

void QueryThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return stopping_ || !queries_.empty(); });
    if (stopping_) return;
    auto query = std::move(queries_.front());
    queries_.pop_front();
    lock.unlock();
    const bool answered = try_to_answer(*query);
    const bool usable = answered || database_.wait_usable();
    lock.lock();
    // To the end of the queue: a query that fails, for example on a damaged page, must not block
    // the others.
    if (!answered) queries_.push_back(std::move(query));
    if (!usable) return;
  }
}

bool QueryThread::try_to_answer(Query& query) {
  try {
    const auto use = database_.use(Database::queries);
    if (!use) return false;
    query.query(*use, batch_);
  } catch (const SqliteError& error) {
    database_.complain(error);
    return false;
  }
  query.answer(batch_);
  return true;
}

}  // namespace sidestream::embedded
