#include "tests/support/harness/crowd.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "tests/support/harness/wait.hpp"

namespace e2e {

Crowd::Crowd(Address address, Options options) : options_(std::move(options)) {
  for (int i = 0; i < options_.readers; ++i) {
    readers_.push_back(std::make_unique<CrowdReader>(i, address, options_, results_, loop_));
  }
  loop_.start([this] { return tend(); }, [this](const std::string& why) { results_.fail(why); });
}

Crowd::~Crowd() { stop(); }

void Crowd::stop() { loop_.stop(); }

bool Crowd::tend() {
  const auto now = Clock::now();
  std::int64_t slowest = INT64_MAX;
  for (auto& reader : readers_) {
    reader->tend(now);
    if (!reader->is_stalled()) slowest = std::min(slowest, reader->seen());
  }
  slowest_ = slowest;
  return !results_.failed;
}

void Crowd::move(int first, int last, Address address) {
  loop_.tell([this, first, last, address] {
    for (int i = first; i < last; ++i) reader(i).move(address);
  });
}

void Crowd::drop_all() {
  loop_.tell([this] {
    for (auto& reader : readers_) reader->drop();
  });
}

void Crowd::stall(int index) {
  loop_.tell([this, index] { reader(index).stall(); });
}

void Crowd::read_again(int index) {
  loop_.tell([this, index] { reader(index).read_again(); });
}

std::int64_t Crowd::seen_by(int index) const {
  std::int64_t seen = -1;
  std::mutex mutex;
  std::condition_variable told;
  // A command, because the readers belong to their thread.
  loop_.tell([&] {
    const std::lock_guard lock(mutex);
    seen = reader(index).seen();
    told.notify_one();
  });
  std::unique_lock lock(mutex);
  told.wait(lock, [&] { return seen >= 0; });
  return seen;
}

bool Crowd::all_open(Clock::duration within) {
  eventually([&] { return results_.open == options_.readers || results_.failed; }, within);
  return results_.open == options_.readers && !results_.failed;
}

bool Crowd::all_have(const std::vector<std::int64_t>& next, Clock::duration within) {
  const auto asked = [&] {
    auto all = std::make_shared<std::atomic<int>>(0);  // 1: yes, 2: no
    loop_.tell([this, all, next] {
      *all = std::all_of(readers_.begin(), readers_.end(),
                         [&](const auto& reader) { return reader->next() == next; })
                 ? 1
                 : 2;
    });
    eventually([&] { return *all != 0 || results_.failed; }, 30s);
    return *all == 1;
  };
  eventually([&] { return results_.failed || asked(); }, within, 20ms);
  return !results_.failed && asked();
}

}  // namespace e2e
