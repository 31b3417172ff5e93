#include "sidecar/stream/replay/page_cache.hpp"

#include <cassert>
#include <utility>

namespace sidestream {
namespace {

constexpr Offset first_of_all;

}  // namespace

PageCache::LogId PageCache::new_log() {
  const std::lock_guard lock(mutex_);
  return ++last_log_;
}

// A range is never read into a page that is cached, so pages do not overlap: only the last page
// that begins at or before `after` can hold what follows.
PagePtr PageCache::find(LogId log, Partition partition, Offset after) {
  const std::lock_guard lock(mutex_);
  auto entry = index_.upper_bound({log, partition, after});
  if (entry == index_.begin()) return nullptr;
  --entry;
  const auto& [key, place] = *entry;
  if (key.log != log || key.partition != partition || place->page->reached <= after) return nullptr;
  order_.splice(order_.begin(), order_, place);
  return place->page;
}

std::optional<Offset> PageCache::next_page(LogId log, Partition partition, Offset after) const {
  const std::lock_guard lock(mutex_);
  const auto entry = index_.upper_bound({log, partition, after});
  if (entry == index_.end()) return std::nullopt;
  const Key& key = entry->first;
  if (key.log != log || key.partition != partition) return std::nullopt;
  return key.after;
}

void PageCache::put(LogId log, PagePtr page) {
  assert(page && page->reached > page->after);
  const Key key{log, page->partition, page->after};
  const std::uint64_t bytes = page->frames->footprint();
  const std::lock_guard lock(mutex_);
  assert(log >= 1 && log <= last_log_);
  if (const auto old = index_.find(key); old != index_.end()) erase(old);
  order_.push_front({key, std::move(page), bytes});
  index_.emplace(key, order_.begin());
  bytes_ += bytes;
  while (bytes_ > memory_.replay_budget() && order_.size() > 1) {
    erase(index_.find(order_.back().key));
  }
}

void PageCache::drop_all(LogId log) {
  const std::lock_guard lock(mutex_);
  auto entry = index_.lower_bound({log, 0, first_of_all});
  while (entry != index_.end() && entry->first.log == log) erase(entry++);
}

void PageCache::erase(Index::iterator entry) {
  const Order::iterator place = entry->second;
  assert(bytes_ >= place->bytes);
  bytes_ -= place->bytes;
  index_.erase(entry);
  order_.erase(place);
}

std::uint64_t PageCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace sidestream
