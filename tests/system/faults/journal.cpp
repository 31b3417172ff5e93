#include "tests/system/faults/journal.hpp"

#include <algorithm>
#include <cstdio>

namespace e2e::faults {

std::string to_text(const Record& record, std::size_t padding) {
  return std::to_string(record.generation) + "/" + std::to_string(record.lane) + "/" +
         std::to_string(record.number) + " " + std::string(padding, '.');
}

std::optional<Record> parse_record(std::string_view text) {
  Record record;
  long long number = 0;
  const std::string head(text.substr(0, 48));
  if (sscanf(head.c_str(), "%d/%d/%lld ", &record.generation, &record.lane, &number) != 3) {
    return std::nullopt;
  }
  record.number = number;
  return record;
}

void Journal::begin_generation(int lanes) {
  const std::lock_guard lock(mutex_);
  generations_.push_back({std::vector<Lane>(static_cast<std::size_t>(lanes))});
  ++generation_;
}

void Journal::grow(int lanes) {
  const std::lock_guard lock(mutex_);
  generations_.back().lanes.resize(static_cast<std::size_t>(lanes));
}

int Journal::lanes() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(generations_.back().lanes.size());
}

Record Journal::next(int lane) {
  const std::lock_guard lock(mutex_);
  auto& offsets = generations_.back().lanes.at(static_cast<std::size_t>(lane)).offsets;
  offsets.emplace_back();
  return {generation_, lane, static_cast<std::int64_t>(offsets.size()) - 1};
}

void Journal::told(const Record& record, std::optional<Offset> offset) {
  const std::lock_guard lock(mutex_);
  generations_.at(static_cast<std::size_t>(record.generation))
      .lanes.at(static_cast<std::size_t>(record.lane))
      .offsets.at(static_cast<std::size_t>(record.number)) = offset;
}

bool Journal::ends_before(int generation, int lane, Offset time) const {
  const std::lock_guard lock(mutex_);
  const auto& lanes = generations_.at(static_cast<std::size_t>(generation)).lanes;
  if (!time.is_time() || static_cast<std::size_t>(lane) >= lanes.size()) return false;
  const auto& offsets = lanes[static_cast<std::size_t>(lane)].offsets;
  return std::all_of(offsets.begin(), offsets.end(),
                     [&](const auto& offset) { return !offset || *offset < time; });
}

std::optional<Offset> Journal::drop(int lane, int percent) {
  const std::lock_guard lock(mutex_);
  auto& held = generations_.back().lanes.at(static_cast<std::size_t>(lane));
  std::vector<Offset> left;
  for (const auto& offset : held.offsets) {
    if (offset && *offset >= held.floor) left.push_back(*offset);
  }
  if (left.size() < 2) return std::nullopt;
  held.floor = left[(left.size() - 1) * static_cast<std::size_t>(percent) / 100];
  return held.floor;
}

void Journal::may_have_dropped_all_but(std::int64_t count) {
  const std::lock_guard lock(mutex_);
  for (auto& generation : generations_) {
    for (auto& lane : generation.lanes) {
      std::int64_t seen = 0;
      for (auto i = lane.offsets.rbegin(); i != lane.offsets.rend() && seen < count; ++i) {
        if (!*i) continue;
        if (++seen == count) lane.floor = **i;
      }
    }
  }
}

std::vector<std::int64_t> Journal::counts() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> counts;
  for (const auto& lane : generations_.back().lanes) {
    counts.push_back(static_cast<std::int64_t>(lane.offsets.size()));
  }
  return counts;
}

std::vector<Generation> Journal::generations() const {
  const std::lock_guard lock(mutex_);
  return generations_;
}

}  // namespace e2e::faults
