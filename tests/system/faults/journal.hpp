#pragma once
// What was written to the log under test, and what of it was taken away again: the truth that
// histories are judged by.
//
// A log lives several times: each time it is deleted or its broker loses all data, another *life*
// begins. A *lane* is a partition. Records of a lane are numbered from 0 in each life.
//
// Thread: any.

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "tests/system/faults/offset.hpp"

namespace e2e::faults {

struct Record {
  int life = 0;
  int lane = 0;
  std::int64_t number = 0;
};
std::string to_text(const Record& record, std::size_t padding);
std::optional<Record> parse_record(std::string_view text);

struct Lane {
  // By number. Nothing: the broker went away before it answered, so it was written once or never.
  std::vector<std::optional<Offset>> offsets;
  Offset floor;  // the first that retention was told to keep; -1: all
};
struct Life {
  std::vector<Lane> lanes;
};

class Journal {
 public:
  explicit Journal(int lanes) { begin_life(lanes); }

  // Called before the old life ends, so that nobody can hear of the new one too early.
  void begin_life(int lanes);
  int life() const { return life_; }
  void grow(int lanes);
  int lanes() const;

  // The next record of a lane; told() says later what became of it.
  Record next(int lane);
  void told(const Record& record, std::optional<Offset> offset);

  // Chooses what to drop of a lane so that `percent` of what it still holds go, and notes it. The
  // first that stays; nothing where too little is there.
  std::optional<Offset> drop(int lane, int percent);
  // All but the newest `count` may have been dropped.
  void may_have_dropped_all_but(std::int64_t count);

  // The number after the last, of each lane of this life.
  std::vector<std::int64_t> counts() const;
  std::vector<Life> lives() const;

 private:
  std::atomic<int> life_{-1};
  mutable std::mutex mutex_;
  std::vector<Life> lives_;
};

}  // namespace e2e::faults
