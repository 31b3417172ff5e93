#include "connectors/kafka/tail_fsm.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream::kafka {

TailFsm::TailFsm(const Position& from, std::uint32_t vanished) : vanished_(vanished) {
  for (const auto offset : from) add(std::max<std::int64_t>(offset.number() + 1, 0), 0);
}

void TailFsm::add(std::int64_t next, std::int64_t known_start) {
  const auto partition = static_cast<Partition>(partitions_.size());
  partitions_.emplace_back(partition, next, known_start, generation_);
}

std::vector<Step> TailFsm::begin() {
  std::vector<Step> steps;
  for (auto& partition : partitions_) steps.push_back(partition.begin_with_witness());
  return steps;
}

bool TailFsm::reading(Partition p) const {
  return p >= 0 && static_cast<std::size_t>(p) < partitions_.size() && at(p).reading();
}

Position TailFsm::position() const {
  Position position;
  for (const auto& partition : partitions_) position.push_back(Offset::of(partition.next() - 1));
  return position;
}

// ---- the topic ----

std::vector<Step> TailFsm::observe(const TopicView& topic) {
  std::vector<Step> steps;
  if (std::exchange(vanished_, topic.vanished) != topic.vanished) {
    steps = suspect_all();
    // Also those that are being examined already: their outcome may be from before.
    for (auto& partition : partitions_) partition.vanished();
  }
  if (recreating_ || topic.missing) return steps;
  const auto count = static_cast<std::size_t>(std::max(topic.partitions, 0));
  if (count <= partitions_.size()) return steps;
  const std::size_t known = partitions_.size();
  while (partitions_.size() < count) add(0, 0);
  steps.emplace_back().action = Action::grow;
  // Examined before they are read: the tail's client does not know them yet.
  for (std::size_t p = known; p < count; ++p) {
    steps.push_back(partitions_[p].begin_with_examination());
  }
  return steps;
}

std::vector<Step> TailFsm::suspect_all() {
  std::vector<Step> steps;
  for (auto& partition : partitions_) {
    if (partition.reading()) steps.push_back(partition.suspect(true));
  }
  return steps;
}

// ---- outcomes ----

Step TailFsm::conclude(const Examination& outcome) {
  const auto p = static_cast<std::size_t>(outcome.partition);
  if (recreating_ || p >= partitions_.size()) return {};
  auto step = partitions_[p].conclude(outcome);
  if (step.action != Action::recreate) return step;
  for (auto& partition : partitions_) partition.halt();
  recreating_ = true;
  ++generation_;
  // Without a comparison it is not certain whose id it is.
  new_topic_id_ = outcome.facts.same_topic ? outcome.topic_id : std::nullopt;
  return step;
}

NewGeneration TailFsm::new_generation() const {
  assert(recreating_);
  return {generation_, new_topic_id_, {}};
}

std::vector<Step> TailFsm::conclude(const NewGeneration& outcome, std::uint32_t vanished) {
  std::vector<Step> steps;
  if (!recreating_ || outcome.generation != generation_) return steps;
  recreating_ = false;
  vanished_ = vanished;
  partitions_.clear();
  for (const auto start : outcome.starts) add(start, start);
  steps.emplace_back().action = Action::reset;
  for (auto& partition : partitions_) steps.push_back(partition.begin());
  return steps;
}

}  // namespace sidestream::kafka
