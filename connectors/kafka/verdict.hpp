#pragma once
// Whether a partition that looks odd can be read on. Pure.

#include <cstdint>
#include <optional>

namespace sidestream::kafka {

// What a reader knows and what the broker says now.
struct Evidence {
  std::int64_t next = 0;         // where the reader wants to go on
  std::int64_t known_start = 0;  // the highest start of the log that was seen so far
  std::int64_t low = 0;          // the log now: first record held ...
  std::int64_t high = 0;         // ... and the stable end
  // Whether the record before `next`, and the topic's id, are what they were; absent: can't be
  // told.
  std::optional<bool> same;
  std::optional<bool> same_topic;
  bool vanished = false;  // the topic was found missing since
};

enum class Verdict { go_on, lost, recreated };

inline Verdict judge(const Evidence& e) {
  // A reader that has not read anything yet can't be contradicted: from 0 on, any life is new to
  // it.
  if (e.next == 0) return e.low > 0 ? Verdict::lost : Verdict::go_on;
  // The id that it had proves nothing: a broker that lags behind the others still says it, and a
  // log can be set back under it, by a leader that did not have all records.
  if (e.same_topic == false) return Verdict::recreated;
  if (e.high < e.next) return Verdict::recreated;
  if (e.same == false) return Verdict::recreated;
  if (!e.same && (e.vanished || e.low < e.known_start)) return Verdict::recreated;
  return e.low > e.next ? Verdict::lost : Verdict::go_on;
}

}  // namespace sidestream::kafka
