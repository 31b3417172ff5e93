#pragma once
// How many entries to request. Redis limits replies by entries, the connector limits them by bytes:
// the first request follows a known size, or is small; later ones follow the entries received. Pure.

#include <algorithm>
#include <cstddef>

namespace sidestream::redis {

class BatchSize {
 public:
  // `entry_bytes`: the usual size of an entry, 0 if unknown.
  BatchSize(std::size_t bytes_max, std::size_t entries_max, std::size_t entry_bytes = 0)
      : bytes_max_(bytes_max), entries_max_(entries_max), mean_(entry_bytes) {
    if (mean_ > 0) next_ = entries_for(bytes_max_);
  }

  std::size_t next() const { return std::min(next_, entries_max_); }
  // The same, for a request of fewer bytes.
  std::size_t next(std::size_t bytes) const {
    return mean_ == 0 ? next() : std::min(next(), entries_for(bytes));
  }
  // Of the entries received last, or the size given at first; 0: unknown.
  std::size_t entry_bytes() const { return mean_; }

  // Takes the size of a reply. Grows at most eightfold at a time, because a huge entry may follow
  // many small ones.
  void update(std::size_t entries, std::size_t bytes) {
    if (entries == 0) return;
    mean_ = bytes / entries + 1;
    next_ = std::min(entries_for(bytes_max_), next_ * 8);
  }
  // The connection was lost before the reply: perhaps the reply was too large for the server.
  // Then entries are taken to be larger. False: no smaller request is possible.
  bool shrink() {
    if (next() == 1) return false;
    next_ = std::max<std::size_t>(next() / 8, 1);
    mean_ = bytes_max_ / next_;
    return true;
  }

 private:
  std::size_t entries_for(std::size_t bytes) const {
    return std::max<std::size_t>((bytes + mean_ - 1) / mean_, 1);
  }

  std::size_t bytes_max_;
  std::size_t entries_max_;
  std::size_t mean_;  // bytes of an entry; 0: unknown
  std::size_t next_ = 2;
};

}  // namespace sidestream::redis
