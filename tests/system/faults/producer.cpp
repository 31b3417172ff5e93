#include "tests/system/faults/producer.hpp"

namespace e2e::faults {
namespace {

constexpr std::int64_t rounds_at_once = 8;
constexpr auto pace = 3ms;  // between batches, so that faults fall in between

}  // namespace

Producer::Producer(BrokerEnv& broker, Journal& journal, std::size_t padding)
    : broker_(broker), journal_(journal), padding_(padding), thread_([this] {
        try {
          run();
        } catch (const std::exception& error) {
          const std::lock_guard lock(mutex_);
          failure_ = error.what();
          writing_ = false;
          stop_ = true;
          changed_.notify_all();
        }
      }) {}

Producer::~Producer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Producer::run() {
  for (;;) {
    std::int64_t rounds = 0;
    {
      std::unique_lock lock(mutex_);
      writing_ = false;
      changed_.notify_all();
      changed_.wait(lock, [this] { return stop_ || (left_ > 0 && !resting_); });
      if (stop_) return;
      rounds = std::min(left_, rounds_at_once);
      writing_ = true;
    }
    std::vector<Record> records;
    for (std::int64_t i = 0; i < rounds; ++i) {
      for (int lane = 0; lane < journal_.lanes(); ++lane) records.push_back(journal_.next(lane));
    }
    const auto offsets = broker_.append(records, padding_);
    for (std::size_t i = 0; i < records.size(); ++i) journal_.told(records[i], offsets[i]);
    std::unique_lock lock(mutex_);
    left_ -= rounds;
    changed_.wait_for(lock, pace, [this] { return stop_; });
  }
}

void Producer::more(std::int64_t rounds) {
  const std::lock_guard lock(mutex_);
  left_ += rounds;
  changed_.notify_all();
}

bool Producer::wrote_all_but(std::int64_t left, Clock::duration within) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, within, [&] { return left_ <= left || stop_; });
  return left_ <= left && !stop_;
}

void Producer::rest() {
  std::unique_lock lock(mutex_);
  resting_ = true;
  changed_.wait(lock, [this] { return !writing_; });
}

void Producer::go_on() {
  const std::lock_guard lock(mutex_);
  resting_ = false;
  changed_.notify_all();
}

std::string Producer::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace e2e::faults
