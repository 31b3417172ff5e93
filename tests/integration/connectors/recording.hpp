#pragma once
// For tests of connectors: a sink that records its calls, and an answer to wait for. Waits have a
// deadline; nothing sleeps.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace sidestream {

// A failed comparison shows offsets in their usual text form.
inline void PrintTo(const Offset& offset, std::ostream* out) {
  if (offset >= Offset::of_entry(1, 0)) {
    *out << offset.entry_ms() << '-' << offset.entry_seq();
  } else {
    *out << offset.number();
  }
}

}  // namespace sidestream

namespace sidestream::test {

// Enough for a broker that restarts on a busy machine with sanitizers.
inline constexpr std::chrono::seconds patience{60};

// A copy of a record.
struct Seen {
  Partition partition = 0;
  Offset offset;
  Timestamp timestamp{};
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::string event;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;

  Seen() = default;
  explicit Seen(const Record& record)
      : partition(record.partition),
        offset(record.offset),
        timestamp(record.timestamp),
        key(record.key),
        value(record.value),
        event(record.event) {
    for (const auto& header : record.headers) headers.emplace_back(header.name, header.value);
  }
};

struct SeenReset {
  std::string reason;
  Position position;
};

// Thread: deliveries come on a connector thread, all other calls from the test.
class RecordingSink final : public TailSink {
 public:
  void deliver(std::span<const Record> records) noexcept override {
    std::unique_lock lock(mutex_);
    held_.wait(lock, [this] { return !hold_; });
    for (const auto& record : records) records_.emplace_back(record);
    changed_.notify_all();
  }
  void pass(Partition partition, Offset through) noexcept override {
    change([&] { passed_[partition] = through; });
  }
  void lose(const Loss& loss) noexcept override {
    change([&] { losses_.push_back(loss); });
  }
  void reset(std::string_view reason, const Position& position) noexcept override {
    change([&] { resets_.push_back({std::string(reason), position}); });
  }
  void grow(int partitions) noexcept override {
    change([&] { partitions_ = partitions; });
  }

  // Makes deliver() block until release(), so that the log overtakes the reader.
  void hold() {
    const std::lock_guard lock(mutex_);
    hold_ = true;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    hold_ = false;
    held_.notify_all();
  }

  // Waits for `condition`, which may use the functions ending in `_now`. False: timed out.
  bool wait(const std::function<bool()>& condition, std::chrono::milliseconds limit = patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, condition);
  }
  bool wait_records(std::size_t count, std::chrono::milliseconds limit = patience) {
    return wait([&] { return records_.size() >= count; }, limit);
  }
  const std::vector<Seen>& records_now() const { return records_; }
  const std::vector<Loss>& losses_now() const { return losses_; }
  const std::vector<SeenReset>& resets_now() const { return resets_; }
  int partitions_now() const { return partitions_; }

  std::vector<Seen> records() const { return copy(records_); }
  std::vector<Loss> losses() const { return copy(losses_); }
  std::vector<SeenReset> resets() const { return copy(resets_); }
  std::map<Partition, Offset> passed() const { return copy(passed_); }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return records_.size();
  }

 private:
  template <class Change>
  void change(Change apply) noexcept {
    const std::lock_guard lock(mutex_);
    apply();
    changed_.notify_all();
  }
  template <class T>
  T copy(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_, held_;
  bool hold_ = false;
  std::vector<Seen> records_;
  std::map<Partition, Offset> passed_;
  std::vector<Loss> losses_;
  std::vector<SeenReset> resets_;
  int partitions_ = 0;
};

template <class T>
using ResultOf = std::conditional_t<std::is_same_v<T, Published>, PublishResult, Result<T>>;

// The answer to one call. Copies share it, so it may go out of scope before the answer.
template <class T>
class Answer {
 public:
  std::function<void(ResultOf<T>)> callback() {
    return [state = state_](ResultOf<T> result) {
      const std::lock_guard lock(state->mutex);
      if (state->result) ++state->repeats;
      state->result.emplace(std::move(result));
      state->changed.notify_all();
    };
  }
  bool ready() const {
    const std::lock_guard lock(state_->mutex);
    return state_->result.has_value();
  }
  bool wait(std::chrono::milliseconds limit = patience) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, limit, [this] { return state_->result.has_value(); });
  }
  // Throws if there was no answer in time, or more than one.
  ResultOf<T> get(std::chrono::milliseconds limit = patience) const {
    if (!wait(limit)) throw std::runtime_error("no answer in time");
    const std::lock_guard lock(state_->mutex);
    if (state_->repeats != 0) throw std::runtime_error("answered more than once");
    return *state_->result;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<ResultOf<T>> result;
    int repeats = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Makes a call and waits for its answer.
template <class T, class Ask>
ResultOf<T> ask(Ask&& call, std::chrono::milliseconds limit = patience) {
  Answer<T> answer;
  call(answer.callback());
  return answer.get(limit);
}

// Polls a condition that can't notify, such as a probe's.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = patience) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    never.wait_for(lock, std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace sidestream::test
