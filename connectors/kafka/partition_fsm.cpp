#include "connectors/kafka/partition_fsm.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream::kafka {

PartitionFsm::PartitionFsm(Partition partition, std::int64_t next, std::int64_t known_start,
                           std::uint32_t generation)
    : partition_(partition), next_(next), known_start_(known_start), ticket_{generation, 0} {}

Step PartitionFsm::at(Action action) const {
  Step step;
  step.action = action;
  step.partition = partition_;
  return step;
}

Step PartitionFsm::begin() {
  assert(!reading());
  state_ = State::reading;
  at_end_ = false;
  auto step = at(Action::start);
  step.offset = next_;
  return step;
}

Step PartitionFsm::begin_with_witness() {
  auto step = begin();
  step.offset = std::max<std::int64_t>(next_ - 1, 0);
  return step;
}

Step PartitionFsm::begin_with_examination() {
  assert(!reading());
  return examine(true);
}

// ---- messages ----

bool PartitionFsm::trusted(std::uint64_t requests) const {
  return !witness_ || witness_requests_ == requests;
}

Step PartitionFsm::record(std::int64_t offset, std::uint64_t requests) {
  assert(reading());
  if (!trusted(requests)) return suspect(false);
  if (offset < next_) return at(Action::remember);
  auto step = at(Action::deliver);
  note_hole(step, offset);
  at_end_ = false;
  next_ = offset + 1;
  return step;
}

Step PartitionFsm::end(std::int64_t offset, std::uint64_t requests) {
  assert(reading());
  at_end_ = true;
  if (offset == next_) return at(Action::ignore);
  // The log ends before our position, or has grown by something that was not examined.
  if (offset < next_ || !trusted(requests)) return suspect(false);
  auto step = at(Action::pass);
  note_hole(step, offset);
  step.offset = next_ = offset;
  return step;
}

Step PartitionFsm::unreadable() {
  assert(reading());
  const bool again = std::exchange(unreadable_at_, next_) == next_;
  auto step = examine(false);
  find_readable_ = again;
  return step;
}

void PartitionFsm::delivered(const Fingerprint& record, std::uint64_t requests) {
  witness_ = record;
  witness_requests_ = requests;
}

// A hole holds markers, aborted or compacted records, which are no loss.
void PartitionFsm::note_hole(Step& step, std::int64_t offset) { step.hole = offset != next_; }

Loss PartitionFsm::loss(std::int64_t resumed, bool exact) const {
  Loss loss;
  loss.partition = partition_;
  loss.position = Offset::of(next_ - 1);
  loss.resumed = Offset::of(resumed);
  loss.lost = resumed - next_;
  loss.exact = exact;
  return loss;
}

// ---- examinations ----

Step PartitionFsm::suspect(bool refresh) {
  return reading() ? examine(refresh) : at(Action::ignore);
}

Step PartitionFsm::examine(bool refresh) {
  state_ = State::checking;
  refresh_ = refresh;
  find_readable_ = false;
  ++ticket_.number;
  return at(Action::examine);
}

Examination PartitionFsm::examination() const {
  assert(!reading());
  Examination request;
  request.ticket = ticket_;
  request.partition = partition_;
  request.witness = witness_;
  request.refresh = refresh_;
  request.find_readable = find_readable_;
  request.facts.next = next_;
  request.facts.known_start = known_start_;
  return request;
}

Step PartitionFsm::conclude(const Examination& outcome) {
  if (reading() || outcome.ticket != ticket_) return at(Action::ignore);
  auto facts = outcome.facts;
  facts.vanished |= std::exchange(vanished_, false);
  const auto change = log_change(facts);
  if (change == LogChange::recreated) return at(Action::recreate);
  known_start_ = std::max(known_start_, facts.low);
  // A witness that could not be compared proves nothing later either.
  witness_ = facts.same_record == true ? outcome.witness : std::nullopt;
  witness_requests_ = outcome.metadata_requests;
  std::optional<Loss> lost;
  if (change == LogChange::trimmed) {
    lost = loss(facts.low, outcome.exact);
    next_ = facts.low;
  } else if (outcome.readable && *outcome.readable > next_) {
    lost = loss(*outcome.readable, false);
    next_ = *outcome.readable;
  }
  auto step = begin();
  step.loss = lost;
  return step;
}

}  // namespace sidestream::kafka
