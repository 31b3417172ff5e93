#pragma once
// What has happened to a partition's log since a reader last saw it. Pure.

#include <cstdint>
#include <optional>

namespace sidestream::kafka {

struct PartitionFacts {
  // What the reader knows.
  std::int64_t next = 0;         // the offset it reads next
  std::int64_t known_start = 0;  // the highest start of the log it has seen
  // What the broker holds now.
  std::int64_t low = 0;   // the first record
  std::int64_t high = 0;  // the stable end
  // Whether the record before `next`, and the topic's id, are unchanged. Absent: unknown.
  std::optional<bool> same_record;
  std::optional<bool> same_topic;
  bool vanished = false;  // the topic was missing in between
};

enum class LogChange {
  none,       // reading continues at `next`
  trimmed,    // the records from `next` up to `low` are lost
  recreated,  // the topic was recreated or truncated: old offsets mean nothing
};

inline LogChange log_change(const PartitionFacts& f) {
  // A reader that has read nothing can't be on an old generation: it starts at 0 in any of them.
  if (f.next == 0) return f.low > 0 ? LogChange::trimmed : LogChange::none;
  // Only a different id proves anything. The same id may come from a broker that lags behind, and
  // an unclean leader election truncates a log without changing the id.
  if (f.same_topic == false) return LogChange::recreated;
  if (f.high < f.next) return LogChange::recreated;
  if (f.same_record == false) return LogChange::recreated;
  // Without a record to compare, weaker signs decide.
  if (!f.same_record && (f.vanished || f.low < f.known_start)) return LogChange::recreated;
  return f.low > f.next ? LogChange::trimmed : LogChange::none;
}

}  // namespace sidestream::kafka
