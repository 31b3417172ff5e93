#pragma once
// What the connector knows about each topic: partition count, whether it exists, whether its
// offsets have holes. Shared by all parts of the connector.
//
// Thread: any. An entry stays valid while someone holds it; the table keeps every entry.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
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
  std::atomic<bool> denied{false};  // not authorized to read it
  std::atomic<Density> density{Density::unknown};

  // Records a metadata answer. `count` 0: the topic does not exist.
  void observe(int count) {
    const bool gone = count == 0;
    if (gone && partitions.load() > 0 && !missing.load()) vanished.fetch_add(1);
    missing.store(gone);
    denied.store(false);
    if (!gone) partitions.store(count);
  }
  void note_holes() { density.store(Density::holes, std::memory_order_relaxed); }
};

class TopicTable {
 public:
  // Creates the entry on first use.
  std::shared_ptr<TopicState> find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto& entry = topics_[name];
    if (!entry) entry = std::make_shared<TopicState>(name);
    return entry;
  }
  std::vector<std::shared_ptr<TopicState>> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<TopicState>> all;
    for (const auto& [name, entry] : topics_) all.push_back(entry);
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<TopicState>> topics_;
};

}  // namespace sidestream::kafka
