#pragma once
// The pages of all logs, within one memory budget. The least recently used page is evicted first.
//
// Thread: any.
// Borrows: memory.

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>

#include "sidecar/stream/log/memory.hpp"
#include "sidecar/stream/replay/page.hpp"

namespace sidestream {

class PageCache {
 public:
  using LogId = std::uint64_t;  // of one Replay

  explicit PageCache(const Memory& memory) : memory_(memory) {}

  LogId new_log();
  // The page that holds what follows `after`, now the most recently used one. Null: none does.
  PagePtr find(LogId log, Partition partition, Offset after);
  // Where the next cached page after `after` begins.
  std::optional<Offset> next_page(LogId log, Partition partition, Offset after) const;
  // Keeps the page and evicts others as the budget requires. The new page itself stays in any case:
  // its readers are about to be notified.
  void put(LogId log, PagePtr page);
  void drop_all(LogId log);

  std::uint64_t bytes() const;

 private:
  // Orders the pages of one partition by `after`, side by side.
  struct Key {
    LogId log;
    Partition partition;
    Offset after;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry {
    Key key;
    PagePtr page;
    std::uint64_t bytes;
  };
  using Order = std::list<Entry>;  // front: most recently used
  using Index = std::map<Key, Order::iterator>;

  void erase(Index::iterator entry);

  const Memory& memory_;
  mutable std::mutex mutex_;  // guards the following
  Order order_;
  Index index_;
  std::uint64_t bytes_ = 0;
  LogId last_log_ = 0;
};

}  // namespace sidestream
