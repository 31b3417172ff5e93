#include "connectors/redis/tail_reader.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/greeting.hpp"

namespace sidestream::redis {
namespace {

constexpr std::size_t reading_max = 8;  // bounds memory
// How long a tail may be idle before a check; longer with thousands of them.
constexpr std::chrono::milliseconds check_after{2000};
constexpr std::chrono::milliseconds check_after_per_tail{1};
// XINFO returns the first and the last entry, so checks of large entries are less frequent.
constexpr std::size_t check_bytes_per_ms = 256;
// The doorbell rang, but there was nothing to deliver (XDEL removed it): not again at once.
constexpr std::chrono::milliseconds uncovered_after_false_ring{100};
constexpr int retries_max = 5;

// Removes the entry at the position, if it is there, from `records`.
FetchedEntries summarize(const TailEntry& entry, std::span<const Record>& records) {
  FetchedEntries fetched;
  fetched.complete = records.size() < entry.requested;
  fetched.at_position = !records.empty() && records.front().offset == entry.progress.position;
  if (fetched.at_position) records = records.subspan(1);
  fetched.count = records.size();
  if (!records.empty()) {
    fetched.first = records.front().offset;
    fetched.last = records.back().offset;
  }
  return fetched;
}

}  // namespace

void TailReader::read_ready() {
  while (reading_ < reading_max) {
    auto* entry = tails_.take_ready();
    if (!entry) return;
    entry->state = TailEntry::State::reading;
    entry->requested = entry->batch_size.next() + 1;  // plus the entry at the position
    ++reading_;
    link_.send(format_command({"XRANGE", entry->log, format_entry_id(entry->progress.position), "+",
                               "COUNT", std::to_string(entry->requested)}));
    link_.send(format_command({"XINFO", "STREAM", entry->log}));
    in_flight_.push_back({Command::read_entries, entry->id});
    in_flight_.push_back({Command::read_info, entry->id});
  }
}

void TailReader::check_due(Clock::time_point now) {
  const auto interval =
      std::max<Clock::duration>(check_after, check_after_per_tail * tails_.size());
  while (auto* entry = tails_.take_due_check(now)) {
    const bool due = entry->active_at + interval <= now;
    if (due) check(*entry);
    tails_.schedule_check(*entry, due ? now + interval : entry->active_at + interval);
  }
}

void TailReader::check_all() {
  tails_.each([&](TailEntry& entry) { check(entry); });
}

void TailReader::check(TailEntry& entry) {
  if (entry.state != TailEntry::State::idle || std::exchange(entry.checking, true)) return;
  link_.send(format_command({"XINFO", "STREAM", entry.log}));
  in_flight_.push_back({Command::check, entry.id});
}

void TailReader::unblock(std::int64_t client_id) {
  assert(can_unblock_);
  link_.send(format_command({"CLIENT", "UNBLOCK", std::to_string(client_id)}));
  in_flight_.push_back({Command::unblock, 0});
}

// Any stream may have changed during the outage, so all are read.
void TailReader::on_up() {
  assert(in_flight_.empty() && reading_ == 0);
  tails_.each([&](TailEntry& entry) {
    if (entry.state == TailEntry::State::idle) tails_.make_ready(entry);
  });
}

void TailReader::on_down() {
  in_flight_.clear();
  reading_ = 0;
  tails_.each([&](TailEntry& entry) {
    entry.checking = false;
    if (entry.state == TailEntry::State::reading) tails_.make_ready(entry);
  });
}

// A tail may have been closed since its command was sent; then `entry` is null.
void TailReader::on_reply(Reply reply) {
  assert(!in_flight_.empty());
  const auto sent = in_flight_.front();
  in_flight_.pop_front();
  auto* entry = tails_.find(sent.tail);
  switch (sent.command) {
    case Command::read_entries:
      on_entries(entry, std::move(reply));
      break;
    case Command::read_info:
      on_info(entry, reply);
      break;
    case Command::check:
      on_check(entry, *reply);
      break;
    case Command::unblock:
      on_unblocked(*reply);
      break;
  }
}

void TailReader::on_entries(TailEntry* entry, Reply reply) {
  if (entry) entry->entries = std::move(reply);
}

void TailReader::on_info(TailEntry* entry, const Reply& reply) {
  assert(reading_ > 0);
  --reading_;
  if (!entry) return;
  const auto entries = std::move(entry->entries);
  entry->active_at = Clock::now();
  if (handle_error(*entry, *entries) || handle_error(*entry, *reply)) return;
  finish_read(*entry, *entries, *reply);
}

void TailReader::on_check(TailEntry* entry, const redisReply& reply) {
  if (!entry) return;
  entry->checking = false;
  if (entry->state != TailEntry::State::idle || handle_error(*entry, reply)) return;
  const auto info = decode_info(reply);
  if (!info) {
    make_unreadable(*entry, "unexpected XINFO STREAM reply");
    return;
  }
  if (entry->unreadable || needs_reading(entry->progress, *info)) tails_.make_ready(*entry);
  // A costly reply delays the next check.
  entry->active_at = Clock::now() + std::chrono::milliseconds(info->bytes / check_bytes_per_ms);
}

void TailReader::on_unblocked(const redisReply& reply) {
  if (!is_error(reply)) return;
  can_unblock_ = false;
  context_.health.log().info("redis",
                             "no permission for CLIENT UNBLOCK; opening a tail reconnects instead",
                             {{"error", text_of(reply)}});
}

// True for an error other than "no such key". May close the connection, which runs on_down().
bool TailReader::handle_error(TailEntry& entry, const redisReply& reply) {
  if (!is_error(reply) || decode_info(reply)) return false;
  const std::string error(text_of(reply));
  if (classify(error) == ErrorKind::refused) {
    make_unreadable(entry, error);
  } else {
    entry.state = TailEntry::State::idle;
    link_.fail(explain_error(error));
  }
  return true;
}

void TailReader::finish_read(TailEntry& entry, const redisReply& entries,
                             const redisReply& info_reply) {
  EntryBatch batch;
  const auto info = decode_info(info_reply);
  if (!info || !batch.decode(entries)) {
    make_unreadable(entry, "unexpected stream entries in the reply");
    return;
  }
  if (std::exchange(entry.unreadable, false)) context_.health.stream_readable(entry.log);
  auto records = batch.records();
  entry.batch_size.update(records.size(), batch.bytes());
  const auto fetched = summarize(entry, records);
  const auto decision = entry.retries < retries_max
                            ? decide(entry.progress, fetched, *info)
                            : decide_without_retry(entry.progress, fetched, *info);
  apply(entry, decision, records);
  using Kind = TailDecision::Kind;
  const bool advanced = decision.kind == Kind::deliver || decision.kind == Kind::loss;
  if (!advanced || !fetched.complete) {
    tails_.make_ready(entry);
    return;
  }
  const bool false_ring = entry.rung && fetched.count == 0 && decision.kind == Kind::deliver;
  if (false_ring) entry.uncovered_until = Clock::now() + uncovered_after_false_ring;
  make_idle(entry);
}

void TailReader::apply(TailEntry& entry, const TailDecision& decision,
                       std::span<const Record> records) {
  if (decision.kind == TailDecision::Kind::retry) {
    ++entry.retries;
    return;
  }
  entry.retries = 0;
  const auto before = std::exchange(entry.progress, decision.next).position;
  report(entry, decision, before, records);
}

// Holds the slot's mutex, so the tail can't be closed during a call of its sink.
void TailReader::report(const TailEntry& entry, const TailDecision& decision, Offset before,
                        std::span<const Record> records) {
  const std::lock_guard lock(entry.slot->mutex);
  auto* sink = entry.slot->sink;
  if (!sink) return;
  if (decision.kind == TailDecision::Kind::reset) {
    context_.health.log().warn("redis", "stream was deleted or truncated",
                               {{"stream", entry.log}, {"reason", decision.reason}});
    sink->reset(decision.reason, {decision.next.position});
    return;
  }
  if (decision.kind == TailDecision::Kind::loss) {
    sink->lose({0, before, decision.resumed, decision.lost, decision.exact});
  }
  if (records.empty()) return;
  context_.probe.records_read.fetch_add(records.size());
  sink->deliver(records);
}

void TailReader::make_idle(TailEntry& entry) {
  entry.state = TailEntry::State::idle;
  entry.rung = false;
  doorbell_.add(entry);
}

void TailReader::make_unreadable(TailEntry& entry, const std::string& why) {
  if (!std::exchange(entry.unreadable, true)) context_.probe.errors.fetch_add(1);
  context_.health.stream_unreadable(entry.log, why);
  make_idle(entry);
}

}  // namespace sidestream::redis
