#pragma once
// What this connector knows of its topics, shared by everything that works with one: how many
// partitions, whether it is there, whether its offsets have holes.
//
// Thread: any; entries live as long as somebody holds them, and the table keeps those it has seen.

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

struct Topic {
  explicit Topic(std::string n) : name(std::move(n)) {}
  const std::string name;
  std::atomic<int> partitions{0};  // 0: never seen
  // How often it was found gone after it had been there. A tail that sees it move looks whether the
  // log is still the one it was reading.
  std::atomic<std::uint32_t> vanished{0};
  std::atomic<bool> missing{false};
  std::atomic<bool> denied{false};  // we may not read it
  std::atomic<Density> density{Density::unknown};

  // What a metadata answer says: `count` 0 means that there is no such topic.
  void observe(int count) {
    const bool gone = count == 0;
    if (gone && partitions.load() > 0 && !missing.load()) vanished.fetch_add(1);
    missing.store(gone);
    denied.store(false);
    if (!gone) partitions.store(count);
  }
  void note_holes() { density.store(Density::holes, std::memory_order_relaxed); }
};

class Topics {
 public:
  std::shared_ptr<Topic> find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto& entry = topics_[name];
    if (!entry) entry = std::make_shared<Topic>(name);
    return entry;
  }
  std::vector<std::shared_ptr<Topic>> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Topic>> all;
    for (const auto& [name, entry] : topics_) all.push_back(entry);
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Topic>> topics_;
};

}  // namespace sidestream::kafka
