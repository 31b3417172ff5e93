#include "connectors/redis/continuity.hpp"

#include <cassert>

namespace sidestream::redis {
namespace {

using Kind = TailDecision::Kind;

TailDecision reset(std::string_view reason) {
  TailDecision decision;
  decision.kind = Kind::reset;
  decision.next = {Offset{0}, 0, false, Offset{0}};
  decision.reason = reason;
  return decision;
}

bool has_fewer_than_read(const Progress& progress, const StreamInfo& info) {
  return progress.rank && info.added && *info.added < *progress.rank;
}

// Redis appends at the end and trims from the beginning: another stream was given this name.
bool has_gone_back(const Progress& progress, const StreamInfo& info) {
  return !info.empty() && info.first < progress.first;
}

// Rule 4, as far as XINFO alone shows it: the reason of the reset, or empty.
std::string_view reset_reason(const Progress& progress, const StreamInfo& info) {
  if (!info.exists) {
    return progress.position == Offset{0} && !progress.existed ? "" : "recreated";
  }
  if (has_fewer_than_read(progress, info) || has_gone_back(progress, info)) return "recreated";
  if (info.last_generated < progress.position) return progress.rank ? "set_back" : "recreated";
  return "";
}

// Whether everything that the stream held at the time of XINFO was read.
bool at_end(const Progress& progress, const FetchedEntries& fetched, const StreamInfo& info) {
  if (!fetched.complete) return false;
  if (fetched.count > 0) return fetched.last == info.last;
  return fetched.at_position ? progress.position == info.last : info.last <= progress.position;
}

Progress advance(const Progress& progress, const FetchedEntries& fetched, const StreamInfo& info) {
  Progress next = progress;
  if (fetched.count > 0) next.position = fetched.last;
  if (at_end(progress, fetched, info)) {
    next.rank = info.added;
  } else if (next.rank) {
    *next.rank += fetched.count;
  }
  if (!info.empty()) next.first = info.first;
  next.existed =
      progress.existed || fetched.count > 0 || (info.exists && info.added.value_or(1) > 0);
  return next;
}

TailDecision deliver(const Progress& progress, const FetchedEntries& fetched,
                     const StreamInfo& info) {
  TailDecision decision;
  decision.next = advance(progress, fetched, info);
  return decision;
}

TailDecision retry(const Progress& progress) { return {.kind = Kind::retry, .next = progress}; }

TailDecision lose(const Progress& progress, const FetchedEntries& fetched, const StreamInfo& info,
                  std::optional<std::int64_t> lost, bool exact = true) {
  TailDecision decision = deliver(progress, fetched, info);
  decision.kind = Kind::loss;
  decision.lost = lost;
  decision.exact = exact && lost.has_value();
  if (fetched.count > 0) {
    decision.resumed = fetched.first;
    const bool end = at_end(progress, fetched, info);
    // In the middle, the next rank is known only if the loss is.
    if (!end) decision.next.rank.reset();
    if (!end && lost && exact && progress.rank)
      decision.next.rank = *progress.rank + *lost + fetched.count;
  } else {
    decision.resumed = info.last_generated.next();
    decision.next.position = info.last_generated;
    decision.next.rank = info.added;
  }
  return decision;
}

// The stream holds nothing at or after the position.
TailDecision decide_empty(const Progress& progress, const FetchedEntries& fetched,
                          const StreamInfo& info) {
  if (info.last_generated == progress.position) return deliver(progress, fetched, info);
  if (!progress.rank || !info.added) return lose(progress, fetched, info, std::nullopt);
  const auto lost = static_cast<std::int64_t>(*info.added - *progress.rank);
  // The end has moved and the counter has not: XSETID, or a new generation with the same number of
  // entries.
  if (lost == 0) return lose(progress, fetched, info, std::nullopt);
  return lose(progress, fetched, info, lost);
}

// Rule 2. The oldest entry held is above the position, and its rank is known.
TailDecision compare_counts(const Progress& progress, const FetchedEntries& fetched,
                            const StreamInfo& info) {
  assert(progress.rank && info.added);
  const bool end = at_end(progress, fetched, info);
  const auto read = end ? fetched.count : 0;
  const auto added = end ? *info.added : *info.added - info.length;
  const auto lost = static_cast<std::int64_t>(added - *progress.rank - read);
  if (lost < 0) return reset("recreated");
  if (lost == 0) return deliver(progress, fetched, info);
  if (of_older_generation(info, progress.position) && *progress.rank > 0) {
    return reset("recreated");
  }
  // XDEL among the lost entries makes the count an upper bound.
  const bool exact = end || info.max_deleted < fetched.first;
  return lose(progress, fetched, info, lost, exact);
}

}  // namespace

TailDecision decide(const Progress& progress, const FetchedEntries& fetched,
                    const StreamInfo& info) {
  if (const auto reason = reset_reason(progress, info); !reason.empty()) return reset(reason);
  // Rule 1.
  if (!info.exists || fetched.at_position) return deliver(progress, fetched, info);
  const bool end = at_end(progress, fetched, info);
  if (fetched.count == 0) {
    // XINFO shows an entry that XRANGE has not returned: it was added in between.
    return end ? decide_empty(progress, fetched, info) : retry(progress);
  }
  // An older entry is held, so the one at the position was removed by XDEL and nothing was trimmed.
  const bool older_held = !info.empty() && info.first < progress.position;
  if (older_held) return deliver(progress, fetched, info);
  // Trimmed in between: the rank of the first entry in the reply is unknown.
  if (!end && info.first != fetched.first) return retry(progress);
  if (progress.rank && info.added) return compare_counts(progress, fetched, info);
  if (of_older_generation(info, progress.position)) return reset("recreated");
  return lose(progress, fetched, info, std::nullopt);  // rule 3
}

TailDecision decide_without_retry(const Progress& progress, const FetchedEntries& fetched,
                                  const StreamInfo& info) {
  auto decision = decide(progress, fetched, info);
  if (decision.kind != Kind::retry || fetched.count == 0) return decision;
  return lose(progress, fetched, info, std::nullopt);
}

bool needs_reading(const Progress& progress, const StreamInfo& info) {
  if (!reset_reason(progress, info).empty()) return true;
  if (!info.exists) return false;
  return info.last > progress.position ||
         (progress.rank && info.added && *info.added != *progress.rank);
}

}  // namespace sidestream::redis
