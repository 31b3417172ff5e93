#include "connectors/embedded/asks.hpp"

#include <utility>

namespace sidestream::embedded {

void Asks::start() { thread_ = std::thread(&Asks::run, this); }

void Asks::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    arrived_.notify_all();
  }
  database_.interrupt();
  if (thread_.joinable()) thread_.join();
  std::deque<std::unique_ptr<Ask>> open;
  {
    const std::lock_guard lock(mutex_);
    open.swap(asks_);
  }
  for (const auto& ask : open) ask->fail(Errc::stopped);
}

void Asks::add(std::unique_ptr<Ask> ask) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      asks_.push_back(std::move(ask));
      if (asks_.size() == 1) arrived_.notify_all();
      return;
    }
  }
  ask->fail(Errc::stopped);  // the thread is gone: nobody else could
}

void Asks::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return stopping_ || !asks_.empty(); });
    if (stopping_) return;
    auto ask = std::move(asks_.front());
    asks_.pop_front();
    lock.unlock();
    const bool answered = try_to_answer(*ask);
    const bool usable = answered || database_.wait_usable();
    lock.lock();
    // To the end: what can't be read, because of a damaged page perhaps, must not keep others
    // waiting.
    if (!answered) asks_.push_back(std::move(ask));
    if (!usable) return;
  }
}

bool Asks::try_to_answer(Ask& ask) {
  try {
    const auto use = database_.use(Database::asks);
    if (!use) return false;
    ask.query(*use, batch_);
  } catch (const SqliteError& error) {
    database_.complain(error);
    return false;
  }
  ask.answer(batch_);
  return true;
}

}  // namespace sidestream::embedded
