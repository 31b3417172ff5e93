#include "connectors/redis/tail_delivery.hpp"

#include <utility>

#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/stream_reply.hpp"

namespace sidestream::redis {
namespace {

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

TailDelivery::Outcome TailDelivery::take(TailEntry& entry, const redisReply& entries,
                                         const redisReply& info_reply) {
  EntryBatch batch;
  const auto info = decode_info(info_reply);
  if (!info || !batch.decode(entries)) return Outcome::unexpected;
  auto records = batch.records();
  entry.batch_size.update(records.size(), batch.bytes());
  if (!records.empty()) shared_.sizes.set(entry.log, entry.batch_size.entry_bytes());
  const auto fetched = summarize(entry, records);
  const bool only_beyond = info->ends_beyond() && fetched.complete && fetched.count == 0;
  const bool advanced =
      (only_beyond && !entry.beyond) || decide_and_report(entry, fetched, *info, records);
  if (!advanced || !fetched.complete) return Outcome::more;
  if (info->ends_beyond()) pass_beyond(entry, *info);
  return fetched.count == 0 ? Outcome::nothing : Outcome::all;
}

// False: not at the end of the stream for certain.
bool TailDelivery::decide_and_report(TailEntry& entry, const FetchedEntries& fetched,
                                     const StreamInfo& info, std::span<const Record> records) {
  using Kind = TailDecision::Kind;
  const auto decision = entry.retries < retries_max
                            ? decide(entry.progress, fetched, info)
                            : decide_without_retry(entry.progress, fetched, info);
  if (decision.kind == Kind::retry) {
    ++entry.retries;
    return false;
  }
  entry.retries = 0;
  if (decision.kind == Kind::reset) forget_beyond(entry);
  const auto before = std::exchange(entry.progress, decision.next).position;
  report(entry, decision, before, records);
  return decision.kind != Kind::reset;
}

// Holds the slot's mutex, so the tail can't be closed during a call of its sink.
void TailDelivery::report(const TailEntry& entry, const TailDecision& decision, Offset before,
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

// Everything that can be read was delivered. Ids only grow, so nothing more follows in this
// generation of the stream.
void TailDelivery::pass_beyond(TailEntry& entry, const StreamInfo& info) {
  if (std::exchange(entry.beyond, true)) return;
  const auto before = std::exchange(entry.progress.position, newest_entry_id);
  entry.progress.rank = info.added;
  entry.progress.existed = true;
  shared_.ranks.put(entry.log, {newest_entry_id, info.added.value_or(0), entry.progress.first});
  context_.health.refused(Activity::live, entry.log, "the two greatest entry ids can't be read");
  const std::lock_guard lock(entry.slot->mutex);
  if (auto* sink = entry.slot->sink) {
    sink->lose({0, before, newest_entry_id.next(), std::nullopt, false});
  }
}

void TailDelivery::forget_beyond(TailEntry& entry) {
  if (!std::exchange(entry.beyond, false)) return;
  shared_.ranks.erase(entry.log);
  context_.health.served(Activity::live, entry.log);
}

}  // namespace sidestream::redis
