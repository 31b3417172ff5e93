#include "scripted_connector.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

class NoTail final : public Tail {};

}  // namespace

std::int64_t ScriptedConnector::append(Partition partition, std::optional<std::string> value,
                                       std::optional<std::string> key) {
  partitions_[index(partition)].records.push_back({std::move(value), std::move(key)});
  return end(partition) - 1;
}

Record ScriptedConnector::record(Partition partition, std::int64_t offset) const {
  const Held& held = partitions_[index(partition)];
  Record r;
  r.partition = partition;
  r.offset = Offset::of(offset);
  const auto& [value, key] = held.records[static_cast<std::size_t>(offset - held.first)];
  if (value) r.value = *value;
  if (key) r.key = *key;
  return r;
}

void ScriptedConnector::deliver(Partition partition, std::size_t count) {
  Held& held = partitions_[index(partition)];
  if (!sink_ || index(partition) >= known_) return;
  if (held.tail_at < held.first) {
    sink_->lose({partition, Offset::of(held.tail_at - 1), Offset::of(held.first),
                 held.first - held.tail_at, true});
    held.tail_at = held.first;
  }
  std::vector<Record> records;
  while (held.tail_at < end(partition) && records.size() < count) {
    records.push_back(record(partition, held.tail_at++));
  }
  if (!records.empty()) sink_->deliver(records);
}

void ScriptedConnector::deliver_all() {
  for (std::size_t p = 0; p < partitions_.size(); ++p)
    deliver(static_cast<Partition>(p), 1'000'000);
  if (!sink_) return;
  for (const auto& [partition, through] : std::exchange(passed_, {}))
    sink_->pass(partition, Offset::of(through));
}

void ScriptedConnector::trim(Partition partition, std::int64_t first) {
  Held& held = partitions_[index(partition)];
  while (held.first < first && !held.records.empty()) {
    held.records.pop_front();
    ++held.first;
  }
}

void ScriptedConnector::grow(bool seen) {
  partitions_.emplace_back();
  if (seen) tell_grown();
}

void ScriptedConnector::tell_grown() {
  if (!sink_ || known_ == partitions_.size()) return;
  known_ = partitions_.size();
  sink_->grow(static_cast<int>(known_));
}

void ScriptedConnector::recreate(bool seen) {
  for (Held& held : partitions_) held = Held{};
  if (seen) tell_recreated();
}

void ScriptedConnector::tell_recreated() {
  known_ = partitions_.size();
  if (sink_) sink_->reset("recreated", Position(partitions_.size(), Offset::of(-1)));
}

bool ScriptedConnector::answer_all() {
  auto asked = std::exchange(asked_, {});
  for (const auto& answer : asked) answer();
  return !asked.empty();
}

void ScriptedConnector::extent(std::string, Callback<LogExtent> done) {
  asked_.push_back([this, done = std::move(done)] {
    if (refusal_) return done(refusal_);
    LogExtent e;
    for (std::size_t p = 0; p < partitions_.size(); ++p) {
      const auto partition = static_cast<Partition>(p);
      e.partitions.push_back({Offset::of(first(partition) - 1), Offset::of(first(partition)),
                              Offset::of(end(partition) - 1)});
    }
    if (leaderless_) {
      e.partitions[index(*leaderless_)] = {Offset::of(-1), Offset::of(0), Offset::of(-1)};
      e.unknown.push_back(*leaderless_);
    }
    done(e);
  });
}

// Records have no timestamps: all are as old as the log.
void ScriptedConnector::locate(std::string, Timestamp, Callback<Position> done) {
  asked_.push_back([this, done = std::move(done)] {
    if (refusal_) return done(refusal_);
    Position position;
    for (const Held& held : partitions_) position.push_back(Offset::of(held.first - 1));
    done(position);
  });
}

void ScriptedConnector::back(std::string, Partition partition, Offset last, std::int64_t count,
                             Callback<Offset> done) {
  asked_.push_back([this, partition, last, count, done = std::move(done)] {
    if (refusal_) return done(refusal_);
    done(Offset::of(std::max(last.number() - count, first(partition) - 1)));
  });
}

void ScriptedConnector::read(Range range, std::function<void(std::span<const Record>)> deliver,
                             Callback<Offset> done) {
  asked_.push_back([this, range, deliver = std::move(deliver), done = std::move(done)] {
    answer_read(range, deliver, done);
  });
}

void ScriptedConnector::answer_read(const Range& range,
                                    const std::function<void(std::span<const Record>)>& deliver,
                                    const Callback<Offset>& done) {
  ++probe_.ranges_read;
  if (refusal_) return done(refusal_);
  const std::int64_t from = range.after.number() + 1;
  if (std::exchange(lose_a_read_, false) || from < first(range.partition) ||
      range.until.number() >= end(range.partition)) {
    return done(make_error_code(Errc::gone));
  }
  // Small pages, so that readers cross many.
  std::int64_t to = std::min(range.until.number(), from + 15);
  if (damaged_ == from) {
    range.on_loss({range.partition, range.after, Offset::of(from + 1), 1, false});
    return done(Offset::of(from));
  }
  if (damaged_ && *damaged_ > from) to = std::min(to, *damaged_ - 1);
  std::vector<Record> records;
  for (std::int64_t offset = from; offset <= to; ++offset)
    records.push_back(record(range.partition, offset));
  deliver(records);
  done(Offset::of(to));
}

void ScriptedConnector::newest(NewestQuery query, NewestCallback done) {
  asked_.push_back([this, query, done = std::move(done)] {
    ++newest_queries_;
    if (refusal_) return done(refusal_);
    const std::int64_t offset = std::min(query.until.number(), end(0) - 1);
    if (offset < first(0)) return done(nullptr);
    Record newest = record(0, offset);
    if (!query.value) newest.value = "";
    done(&newest);
  });
}

std::unique_ptr<Tail> ScriptedConnector::tail(std::string, Position from, TailSink& sink) {
  sink_ = &sink;
  known_ = from.size();
  for (std::size_t p = 0; p < partitions_.size(); ++p) {
    partitions_[p].tail_at = p < from.size() ? from[p].number() + 1 : 0;
  }
  return std::make_unique<NoTail>();
}

void ScriptedConnector::publish(std::string, Message, PublishCallback done) {
  done(publish_error_);
}

}  // namespace sidestream
