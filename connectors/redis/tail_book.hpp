#pragma once
// The open tails: what each is at, who is to be read next, who is to be looked at when. No I/O.
//
// Thread: the tail worker's. TailSlot alone is shared.

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/redis/batch_size.hpp"
#include "connectors/redis/continuity.hpp"
#include "connectors/redis/link.hpp"

namespace sidestream::redis {

using TailId = std::uint64_t;

// Where a tail's sink is, as long as it may be called: whoever calls it holds the mutex.
struct TailSlot {
  std::mutex mutex;
  TailSink* sink = nullptr;  // null: the tail has ended
};

struct TailEntry {
  enum class State {
    idle,     // has all there was; the doorbell or a look will tell
    ready,    // is to be read
    reading,  // is being read
  };

  TailId id = 0;
  std::string log;
  std::shared_ptr<TailSlot> slot;
  Place place;
  BatchSize size{256 * 1024, 512};
  State state = State::idle;
  std::size_t asked = 0;         // entries, of reading
  Reply entries;                 // the answer to XRANGE, until that to XINFO is there
  int tries = 0;                 // answers in a row that did not fit together
  bool rung = false;             // the doorbell rang for it
  bool looking = false;          // XINFO is on its way
  bool ill = false;              // the key can't be read
  Clock::time_point read_at;     // the last answer
  Clock::time_point deaf_until;  // not under the doorbell before
};

class TailBook {
 public:
  TailEntry& add(TailId id, std::string log, std::shared_ptr<TailSlot> slot, Place place);
  void remove(TailId id);
  TailEntry* find(TailId id);  // null: ended
  std::vector<TailEntry*> of_log(const std::string& log);
  std::size_t size() const { return entries_.size(); }
  template <class Visit>
  void each(Visit visit) {
    for (auto& [id, entry] : entries_) visit(*entry);
  }

  void make_ready(TailEntry& entry);
  bool any_ready() const { return !ready_.empty(); }
  TailEntry* take_ready();  // null: none

  // Requires: no other date is set for it.
  void look_later(const TailEntry& entry, Clock::time_point when) { looks_.push({when, entry.id}); }
  TailEntry* take_look(Clock::time_point now);  // null: none is due
  Clock::time_point next_look() const;

 private:
  struct Look {
    Clock::time_point when;
    TailId id;
    friend bool operator>(const Look& a, const Look& b) { return a.when > b.when; }
  };

  std::unordered_map<TailId, std::unique_ptr<TailEntry>> entries_;
  std::unordered_multimap<std::string, TailEntry*> by_log_;
  std::deque<TailId> ready_;
  std::priority_queue<Look, std::vector<Look>, std::greater<>> looks_;
};

}  // namespace sidestream::redis
