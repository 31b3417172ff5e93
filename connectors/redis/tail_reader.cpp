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

}  // namespace

void TailReader::read_ready() {
  while (reading_ < reading_max) {
    auto* entry = tails_.take_ready();
    if (!entry) return;
    entry->state = TailEntry::State::reading;
    entry->requested = entry->batch_size.next() + 1;  // plus the entry at the position
    ++reading_;
    link_.send(format_command({"XRANGE", entry->log, format_entry_id(entry->progress.position),
                               format_entry_id(newest_entry_id), "COUNT",
                               std::to_string(entry->requested)}));
    link_.send(shared_.scripts.info_command(entry->log));
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

void TailReader::check(std::span<const TailId> tails) {
  for (const auto id : tails) {
    if (auto* entry = tails_.find(id)) check(*entry);
  }
}

void TailReader::poll(Clock::time_point now) {
  std::string command;
  auto polled = doorbell_.take_poll(now, command);
  if (polled.empty()) return;
  polled_ = std::move(polled);
  link_.send(command);
  in_flight_.push_back({Command::poll, 0});
}

void TailReader::check(TailEntry& entry) {
  if (entry.state != TailEntry::State::idle || std::exchange(entry.checking, true)) return;
  link_.send(shared_.scripts.info_command(entry.log));
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

// Perhaps the server cut the connection because the replies were too large.
void TailReader::on_down() {
  in_flight_.clear();
  reading_ = 0;
  doorbell_.poll_done();
  tails_.each([&](TailEntry& entry) {
    entry.checking = false;
    if (entry.state != TailEntry::State::reading) return;
    entry.batch_size.shrink();
    tails_.make_ready(entry);
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
    case Command::poll:
      on_poll(*reply);
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

void TailReader::on_poll(const redisReply& reply) {
  doorbell_.poll_done();
  if (!is_error(reply)) return ring(reply);
  const std::string error(text_of(reply));
  // The error names no key, so a check of each tail finds the one that can't be read.
  classify(error) == ErrorKind::refused ? check(polled_) : link_.fail(explain_error(error));
}

// The entries are ignored: they are read together with the state of the stream.
void TailReader::ring(const redisReply& reply) {
  for (const auto* stream : elements_of(reply)) {
    const auto parts = elements_of(*stream);
    if (parts.empty()) continue;
    for (auto* entry : tails_.of_log(text_of(*parts[0]))) {
      if (entry->state != TailEntry::State::idle) continue;
      entry->rung = true;
      entry->progress.existed = true;
      doorbell_.touch(*entry);
      tails_.make_ready(*entry);
    }
  }
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
  if (shared_.scripts.refused_by(error)) {
    tails_.make_ready(entry);
  } else if (classify(error) == ErrorKind::refused) {
    make_unreadable(entry, error);
  } else {
    entry.state = TailEntry::State::idle;
    link_.fail(explain_error(error));
  }
  return true;
}

void TailReader::finish_read(TailEntry& entry, const redisReply& entries, const redisReply& info) {
  using Outcome = TailDelivery::Outcome;
  const auto outcome = delivery_.take(entry, entries, info);
  if (outcome == Outcome::unexpected) {
    return make_unreadable(entry, "unexpected stream entries in the reply");
  }
  if (std::exchange(entry.unreadable, false) && !entry.beyond) {
    context_.health.served(Activity::live, entry.log);
  }
  if (outcome == Outcome::more) return tails_.make_ready(entry);
  if (entry.rung && outcome == Outcome::nothing) {
    entry.uncovered_until = Clock::now() + uncovered_after_false_ring;
  }
  make_idle(entry);
}

void TailReader::close(TailEntry& entry) {
  delivery_.forget_beyond(entry);
  // Nobody waits for it any more.
  if (entry.unreadable) context_.probe.refusals.served(Activity::live, entry.log);
}

void TailReader::make_idle(TailEntry& entry) {
  entry.state = TailEntry::State::idle;
  entry.rung = false;
  doorbell_.add(entry);
}

void TailReader::make_unreadable(TailEntry& entry, const std::string& why) {
  if (!std::exchange(entry.unreadable, true)) context_.probe.errors.fetch_add(1);
  context_.health.refused(Activity::live, entry.log, why);
  make_idle(entry);
}

}  // namespace sidestream::redis
