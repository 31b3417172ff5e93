#pragma once
// The open tails: the progress of each, which are ready to be read, and when each is checked. No
// I/O.
//
//   idle --make_ready()--> ready --take_ready()--> reading --> idle, or ready for more
//
// Thread: the tail worker's, except TailSlot.

#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/redis/batch_size.hpp"
#include "connectors/redis/continuity.hpp"
#include "connectors/redis/link.hpp"

namespace sidestream::redis {

class Bell;

using TailId = std::uint64_t;

// The sink of a tail. A caller of the sink holds the mutex; closing the tail clears it under the
// mutex. Thread: any.
struct TailSlot {
  std::mutex mutex;
  TailSink* sink = nullptr;  // null: the tail is closed
};

struct TailEntry {
  enum class State {
    idle,     // has read everything; waits for the doorbell or a check
    ready,    // in the queue to be read
    reading,  // XRANGE and XINFO are in flight
  };

  enum class Place { none, recent, other };  // with the doorbell

  TailId id = 0;
  std::string log;
  std::shared_ptr<TailSlot> slot;
  Progress progress;
  BatchSize batch_size{256 * 1024, 512};
  State state = State::idle;
  std::size_t requested = 0;  // entries, while reading
  Reply entries;              // the reply to XRANGE, until that to XINFO arrives
  int retries = 0;            // decisions `retry` in a row
  bool rung = false;          // the doorbell rang for it
  bool checking = false;      // XINFO of a check is in flight
  bool unreadable = false;    // the server refuses to read it
  bool beyond = false;        // at newest_entry_id: what follows can't be read
  Place place = Place::none;  // the doorbell's, with the next four
  bool in_others = false;
  Bell* bell = nullptr;  // of a recent one
  std::size_t seat = 0;  // among the bell's members
  std::list<TailId>::iterator recent;
  Clock::time_point active_at;        // the last reply; a costly one counts as later
  Clock::time_point uncovered_until;  // not in the doorbell's XREAD before
};

class TailTable {
 public:
  // Requires: the id is new.
  TailEntry& add(TailId id, std::string log, std::shared_ptr<TailSlot> slot, Progress progress);
  void remove(TailId id);
  TailEntry* find(TailId id);  // null: closed
  std::vector<TailEntry*> of_log(std::string_view log);
  std::size_t size() const { return entries_.size(); }
  template <class Visit>
  void each(Visit visit) {
    for (auto& [id, entry] : entries_) visit(*entry);
  }

  void make_ready(TailEntry& entry);
  TailEntry* take_ready();  // in order; null: none. The caller sets the next state

  // Requires: no other check is scheduled for the entry.
  void schedule_check(const TailEntry& entry, Clock::time_point when) {
    checks_.push({when, entry.id});
  }
  TailEntry* take_due_check(Clock::time_point now);  // null: none is due
  Clock::time_point next_check() const;              // max: none is scheduled

 private:
  struct Check {
    Clock::time_point when;
    TailId id;
    friend bool operator>(const Check& a, const Check& b) { return a.when > b.when; }
  };

  std::unordered_map<TailId, std::unique_ptr<TailEntry>> entries_;
  std::unordered_multimap<std::string_view, TailEntry*> by_log_;  // views of the entries' own
  std::deque<TailId> ready_;                                      // may hold ids of closed tails
  std::priority_queue<Check, std::vector<Check>, std::greater<>> checks_;
};

}  // namespace sidestream::redis
