#pragma once
// What was written to the log under test, and what of it was dropped. Histories are compared with
// it.
//
// A new *generation* begins when the log is deleted, or when its broker loses all data. A *lane* is
// a partition. Records of a lane are numbered from 0 in each generation.
//
// Thread: any.

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/system/faults/offset.hpp"

namespace e2e::faults {

struct Record {
  int generation = 0;
  int lane = 0;
  std::int64_t number = 0;
};
std::string to_text(const Record& record, std::size_t padding);
std::optional<Record> parse_record(std::string_view text);

// Each record is somebody's: its key. Clients with a token read those of their person alone.
inline constexpr int persons = 4;
inline int person_of(std::int64_t number) { return static_cast<int>(number % persons); }
inline std::string name_of_person(int person) { return "p" + std::to_string(person); }
inline std::string name_of_person(const Record& record) {
  return name_of_person(person_of(record.number));
}

struct Lane {
  // By number. nullopt: the broker died before it responded, so it was written once or never.
  std::vector<std::optional<Offset>> offsets;
  Offset floor;  // the first that retention was told to keep; -1: all
};
struct Generation {
  std::vector<Lane> lanes;
};

class Journal {
 public:
  explicit Journal(int lanes) { begin_generation(lanes); }

  // Called before the old generation ends, so that no client hears of the new one earlier.
  void begin_generation(int lanes);
  int generation() const { return generation_; }
  void grow(int lanes);
  int lanes() const;

  // The next record of a lane; told() reports later whether it was written.
  Record next(int lane);
  void told(const Record& record, std::optional<Offset> offset);

  // Whether all of this generation's lane lies before a time: what is there is of a later one.
  bool ends_before(int generation, int lane, Offset time) const;

  // Chooses what to drop of a lane so that `percent` of what it still holds go, and notes it. The
  // first that stays; nothing where too little is there.
  std::optional<Offset> drop(int lane, int percent);
  // All but the newest `count` may have been dropped.
  void may_have_dropped_all_but(std::int64_t count);

  // The number after the last, of each lane of this generation.
  std::vector<std::int64_t> counts() const;
  std::vector<Generation> generations() const;

 private:
  std::atomic<int> generation_{-1};
  mutable std::mutex mutex_;
  std::vector<Generation> generations_;
};

}  // namespace e2e::faults
