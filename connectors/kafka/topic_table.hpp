#pragma once
// What the connector knows about each topic: partition count, whether it exists, what keeps it from
// being read, whether its offsets have holes. Shared by all parts of the connector.
//
// Bounded: prune() removes entries that nobody uses. The names may come from clients (templates).
//
// Thread: any. An entry stays valid while someone holds it.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sidestream::kafka {

enum class Density {
  unknown,
  dense,  // not compacted, and no hole seen so far
  holes,  // compacted, or markers and aborted records were seen between records
};

struct TopicState {
  explicit TopicState(std::string n) : name(std::move(n)) {}
  const std::string name;
  std::atomic<int> partitions{0};  // 0: never seen
  // How often the topic disappeared after it had existed. A tail that sees the count change checks
  // whether it still reads the same log.
  std::atomic<std::uint32_t> vanished{0};
  std::atomic<bool> missing{false};
  std::atomic<Density> density{Density::unknown};

  // Records a metadata answer. `count` 0: the topic does not exist.
  void observe(int count) {
    const bool gone = count == 0;
    if (gone && partitions.load() > 0 && !missing.load()) vanished.fetch_add(1);
    missing.store(gone);
    if (!gone) partitions.store(count);
  }
  void note_holes() { density.store(Density::holes, std::memory_order_relaxed); }

  // What keeps all or some partitions from being read, as of the latest metadata. Empty: nothing.
  std::string trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }
  // Replicas that are behind: reading works, writing may not. Empty: none.
  std::string lagging_replicas() const {
    const std::lock_guard lock(mutex_);
    return lagging_replicas_;
  }
  void set_trouble(std::string text, std::string lagging_replicas) {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(text);
    lagging_replicas_ = std::move(lagging_replicas);
  }

 private:
  mutable std::mutex mutex_;
  std::string trouble_;
  std::string lagging_replicas_;
};

class TopicTable {
 public:
  using Clock = std::chrono::steady_clock;

  // An entry that nobody uses is kept for so long if its topic exists, and if there are not too many.
  static constexpr std::chrono::seconds keep{60};
  static constexpr std::size_t max_unused = 1000;

  // Creates the entry on first use.
  std::shared_ptr<TopicState> find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto& entry = topics_[name];
    if (!entry.state) entry.state = std::make_shared<TopicState>(name);
    entry.used = Clock::now();
    return entry.state;
  }
  // Null: the table does not have it.
  std::shared_ptr<TopicState> known(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = topics_.find(name);
    return found == topics_.end() ? nullptr : found->second.state;
  }
  std::vector<std::shared_ptr<TopicState>> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<TopicState>> all;
    all.reserve(topics_.size());
    for (const auto& [name, entry] : topics_) all.push_back(entry.state);
    return all;
  }
  void prune(Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    std::size_t unused = 0;
    for (auto it = topics_.begin(); it != topics_.end();) {
      auto& [state, used] = it->second;
      const bool in_use = state.use_count() > 1;
      if (in_use) used = now;
      const bool exists = state->partitions > 0 && !state->missing;
      const bool kept = in_use || (exists && now - used <= keep && ++unused <= max_unused);
      it = kept ? std::next(it) : topics_.erase(it);
    }
  }

 private:
  struct Entry {
    std::shared_ptr<TopicState> state;
    Clock::time_point used{};
  };

  mutable std::mutex mutex_;
  std::map<std::string, Entry> topics_;
};

}  // namespace sidestream::kafka
