// A tail's partitions between being stopped and being read again. See kafka_tail.hpp.

#include <algorithm>
#include <utility>

#include "connectors/kafka/kafka_ranges.hpp"
#include "connectors/kafka/kafka_tail.hpp"

namespace sidestream::kafka {

void KafkaTail::begin(Partition partition, std::int64_t offset) {
  auto& reader = readers_[static_cast<std::size_t>(partition)];
  reader.state = State::reading;
  reader.at_end = false;
  if (rd_kafka_consume_start_queue(handle_.get(), partition, offset, queue_.get()) != 0) {
    context_.log.error("kafka", "cannot read a partition",
                       {{"connector", context_.name},
                        {"topic", topic_->name},
                        {"partition", partition},
                        {"error", rd_kafka_err2str(rd_kafka_last_error())}});
  }
}

// Nothing more of the partition is taken until the outcome is there.
void KafkaTail::examine(Partition partition, bool refresh) {
  auto& reader = readers_[static_cast<std::size_t>(partition)];
  if (reader.state != State::reading || new_life_) return;
  flush();
  rd_kafka_consume_stop(handle_.get(), partition);
  reader.state = State::checking;
  reader.generation = ++generation_;
  auto job = std::make_shared<Examination>();
  job->partition = partition;
  job->generation = reader.generation;
  job->mark = reader.mark;
  job->evidence.next = reader.next;
  job->evidence.known_start = reader.known_start;
  job->refresh = refresh;
  again(std::move(job), std::chrono::milliseconds(0));
}

void KafkaTail::take_outcomes() {
  std::vector<Outcome> outcomes;
  {
    const std::lock_guard lock(mutex_);
    outcomes.swap(outcomes_);
  }
  for (const auto& outcome : outcomes) {
    std::visit([this](const auto& o) { conclude(o); }, outcome);
  }
}

void KafkaTail::conclude(const Examination& outcome) {
  const auto p = static_cast<std::size_t>(outcome.partition);
  if (new_life_ || p >= readers_.size()) return;
  auto& reader = readers_[p];
  if (reader.state != State::checking || reader.generation != outcome.generation) return;
  auto evidence = outcome.evidence;
  evidence.vanished |= std::exchange(reader.vanished, false);
  const auto verdict = judge(evidence);
  if (verdict == Verdict::recreated)
    return begin_new_life(evidence.same_topic ? outcome.id : std::nullopt);
  reader.known_start = std::max(reader.known_start, evidence.low);
  reader.mark = evidence.same == true ? outcome.mark : std::nullopt;
  reader.mark_requests = outcome.mark_requests;
  if (verdict == Verdict::lost) {
    Loss loss;
    loss.partition = outcome.partition;
    loss.position = Offset::of(reader.next - 1);
    loss.resumed = Offset::of(evidence.low);
    loss.lost = evidence.low - reader.next;
    loss.exact = outcome.exact;
    reader.next = evidence.low;
    sink_.lose(loss);
  }
  begin(outcome.partition, reader.next);
}

void KafkaTail::begin_new_life(std::optional<std::string> id) {
  for (std::size_t p = 0; p < readers_.size(); ++p) {
    if (readers_[p].state == State::reading)
      rd_kafka_consume_stop(handle_.get(), static_cast<Partition>(p));
    readers_[p].state = State::checking;
  }
  new_life_ = true;
  context_.ranges->forget(topic_->name);
  topic_->density = Density::unknown;
  auto job = std::make_shared<NewLife>();
  job->generation = ++generation_;
  job->id = std::move(id);
  again(std::move(job), std::chrono::milliseconds(0));
}

void KafkaTail::conclude(const NewLife& outcome) {
  if (!new_life_ || outcome.generation != generation_) return;
  new_life_ = false;
  {
    const std::lock_guard lock(mutex_);
    id_ = outcome.id;
  }
  vanished_ = topic_->vanished.load();
  readers_.assign(outcome.starts.size(), Reader());
  Position position;
  for (std::size_t p = 0; p < readers_.size(); ++p) {
    readers_[p].next = readers_[p].known_start = outcome.starts[p];
    position.push_back(Offset::of(outcome.starts[p] - 1));
  }
  context_.log.warn("kafka", "topic was recreated or truncated",
                    {{"connector", context_.name}, {"topic", topic_->name}});
  sink_.reset("recreated", position);
  for (std::size_t p = 0; p < readers_.size(); ++p)
    begin(static_cast<Partition>(p), readers_[p].next);
}

}  // namespace sidestream::kafka
