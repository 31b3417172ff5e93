#pragma once
// Limits a rate per key with the generic cell rate algorithm (GCRA): of each key only the time is
// kept at which its allowance is whole again. 16 bytes a key, in a table of fixed size.
//
// A key may use two seconds' worth at once. When the table has no room for a key, the key that is
// nearest to its whole allowance is dropped: one that has used much is kept.
//
// Thread: any; a lock is held for one look-up.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace sidestream {

class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds burst{2};

  // `capacity`: keys, rounded up to a whole number of sets. Takes its memory at the first use.
  explicit RateLimit(std::size_t capacity = 64 * 1024);

  // Takes `amount` if the key's allowance covers it, and returns zero. Else takes nothing and
  // returns how long the key has to wait. `rate`: per second, above 0; an argument because a reload
  // can change it.
  Clock::duration take(std::uint64_t key, double amount, double rate, Clock::time_point now);
  // Takes `amount` in any case. Returns how long the key has to wait before it may take more.
  Clock::duration charge(std::uint64_t key, double amount, double rate, Clock::time_point now);

 private:
  static constexpr std::size_t ways = 8;  // keys of a set

  struct Entry {
    std::uint64_t key = 0;
    std::int64_t whole_at = 0;  // Clock's nanoseconds; in the past: the entry is free
  };
  static_assert(sizeof(Entry) == 16);

  Entry& find(std::uint64_t key);

  std::mutex mutex_;
  std::size_t sets_;
  std::vector<Entry> entries_;
};

}  // namespace sidestream
