#include "connectors/redis/continuity.hpp"

namespace sidestream::redis {
namespace {

using Kind = Verdict::Kind;

Verdict reset(std::string_view reason) {
  Verdict verdict;
  verdict.kind = Kind::reset;
  verdict.next = {Offset{0}, 0, false};
  verdict.reason = reason;
  return verdict;
}

bool fewer_than_read(const Place& place, const StreamInfo& info) {
  return place.rank && info.added && *info.added < *place.rank;
}

// Rule 4, as far as the state alone tells; no reason: nothing wrong.
std::string_view other_life(const Place& place, const StreamInfo& info) {
  if (!info.exists) {
    return place.position == Offset{0} && !place.seen ? "" : "recreated";
  }
  if (fewer_than_read(place, info)) return "recreated";
  if (info.last_generated < place.position) return place.rank ? "set_back" : "recreated";
  return "";
}

// Everything that the stream held when XINFO looked has been read.
bool at_end(const Place& place, const Fetched& fetched, const StreamInfo& info) {
  if (!fetched.complete) return false;
  if (fetched.count > 0) return fetched.last == info.tip;
  return fetched.at_position ? place.position == info.tip : info.tip <= place.position;
}

Place after(const Place& place, const Fetched& fetched, const StreamInfo& info) {
  Place next = place;
  if (fetched.count > 0) next.position = fetched.last;
  if (at_end(place, fetched, info)) {
    next.rank = info.added;
  } else if (next.rank) {
    *next.rank += fetched.count;
  }
  next.seen = place.seen || fetched.count > 0 || (info.exists && info.added.value_or(1) > 0);
  return next;
}

Verdict go_on(const Place& place, const Fetched& fetched, const StreamInfo& info) {
  Verdict verdict;
  verdict.next = after(place, fetched, info);
  return verdict;
}

Verdict lose(const Place& place, const Fetched& fetched, const StreamInfo& info,
             std::optional<std::int64_t> lost, bool exact = true) {
  Verdict verdict = go_on(place, fetched, info);
  verdict.kind = Kind::lose;
  verdict.lost = lost;
  verdict.exact = exact && lost.has_value();
  if (fetched.count > 0) {
    verdict.resumed = fetched.first;
    const bool end = at_end(place, fetched, info);
    if (!end) verdict.next.rank.reset();
    if (!end && lost && exact && place.rank)
      verdict.next.rank = *place.rank + *lost + fetched.count;
  } else {
    verdict.resumed = info.last_generated.next();
    verdict.next.position = info.last_generated;
    verdict.next.rank = info.added;
  }
  return verdict;
}

// Nothing came after the position, and nothing is held there.
Verdict judge_nothing(const Place& place, const Fetched& fetched, const StreamInfo& info) {
  if (info.last_generated == place.position) return go_on(place, fetched, info);
  if (!place.rank || !info.added) return lose(place, fetched, info, std::nullopt);
  const auto lost = static_cast<std::int64_t>(*info.added - *place.rank);
  // The end moved and the counter did not: XSETID, or a new life that happens to have as many
  // entries.
  if (lost == 0) return lose(place, fetched, info, std::nullopt);
  return lose(place, fetched, info, lost);
}

// The oldest entry held lies above the position, and the rank of that is known.
Verdict balance(const Place& place, const Fetched& fetched, const StreamInfo& info) {
  const bool end = at_end(place, fetched, info);
  const auto read = end ? fetched.count : 0;
  const auto added = end ? *info.added : *info.added - info.length;
  const auto lost = static_cast<std::int64_t>(added - *place.rank - read);
  if (lost < 0) return reset("recreated");
  if (lost == 0) return go_on(place, fetched, info);
  if (of_former_life(info, place.position) && *place.rank > 0) return reset("recreated");
  const bool exact = end || info.max_deleted < fetched.first;
  return lose(place, fetched, info, lost, exact);
}

}  // namespace

Verdict judge(const Place& place, const Fetched& fetched, const StreamInfo& info) {
  if (const auto reason = other_life(place, info); !reason.empty()) return reset(reason);
  if (!info.exists || fetched.at_position) return go_on(place, fetched, info);
  const bool end = at_end(place, fetched, info);
  if (fetched.count == 0) {
    return end ? judge_nothing(place, fetched, info) : Verdict{.kind = Kind::again, .next = place};
  }
  const bool older_held = !info.empty() && info.first < place.position;
  if (older_held) return go_on(place, fetched, info);
  if (!end && info.first != fetched.first) return Verdict{.kind = Kind::again, .next = place};
  if (place.rank && info.added) return balance(place, fetched, info);
  if (of_former_life(info, place.position)) return reset("recreated");
  return lose(place, fetched, info, std::nullopt);
}

Verdict judge_blindly(const Place& place, const Fetched& fetched, const StreamInfo& info) {
  auto verdict = judge(place, fetched, info);
  if (verdict.kind != Kind::again || fetched.count == 0) return verdict;
  return lose(place, fetched, info, std::nullopt);
}

bool needs_reading(const Place& place, const StreamInfo& info) {
  if (!other_life(place, info).empty()) return true;
  if (!info.exists) return false;
  return info.tip > place.position || (place.rank && info.added && *info.added != *place.rank);
}

}  // namespace sidestream::redis
