#pragma once
// A model of a Redis stream for tests of continuity.

#include <algorithm>
#include <utility>
#include <vector>

#include "connectors/redis/continuity.hpp"

namespace sidestream::redis::test {

// A stream with the semantics of Redis. The id n is 0-n.
class ModelStream {
 public:
  void add(int id) {
    exists_ = true;
    entries_.push_back(id);
    last_ = id;
    ++added_;
  }
  void trim(std::size_t keep) {
    if (entries_.size() > keep)
      entries_.erase(entries_.begin(), entries_.end() - static_cast<std::ptrdiff_t>(keep));
  }
  void remove(int id) {
    if (std::erase(entries_, id) > 0) max_deleted_ = std::max(max_deleted_, id);
  }
  void set_id(int last) { last_ = last; }
  void drop() { *this = {}; }

  int last() const { return last_; }
  const std::vector<int>& entries() const { return entries_; }

  StreamInfo info() const {
    StreamInfo info;
    info.exists = exists_;
    info.length = entries_.size();
    info.last_generated = Offset{last_};
    info.max_deleted = Offset{max_deleted_};
    info.added = added_;
    if (!entries_.empty()) info.first = Offset{entries_.front()};
    if (!entries_.empty()) info.last = Offset{entries_.back()};
    return info;
  }

  // XRANGE position + COUNT count, and the ids after the position.
  std::pair<FetchedEntries, std::vector<int>> fetch(Offset position, std::size_t count) const {
    FetchedEntries fetched;
    std::vector<int> after;
    std::size_t found = 0;
    for (const int id : entries_) {
      if (Offset{id} < position || found == count) continue;
      ++found;
      if (Offset{id} == position) {
        fetched.at_position = true;
      } else {
        after.push_back(id);
      }
    }
    fetched.complete = found < count;
    fetched.count = after.size();
    if (!after.empty()) fetched.first = Offset{after.front()};
    if (!after.empty()) fetched.last = Offset{after.back()};
    return {fetched, after};
  }

 private:
  bool exists_ = false;
  std::vector<int> entries_;
  int last_ = 0;
  int max_deleted_ = 0;
  std::uint64_t added_ = 0;
};

}  // namespace sidestream::redis::test
