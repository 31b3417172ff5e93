#include "sidecar/http/streams/stream.hpp"

#include <utility>

#include "sidecar/base/rng.hpp"

namespace sidestream {
namespace {

// Of one stream at a time, so that a reader that catches up doesn't delay the others.
constexpr std::size_t send_budget = 256 * 1024;

using Sources = boost::container::small_vector<Subscription::Source, 4>;

Sources sources_of(const Stream::Memberships& memberships) {
  Sources sources;
  for (const auto& membership : memberships) {
    LoopLog& log = membership.members->loop_log();
    sources.push_back({&log.open_log(), &log.seen()});
  }
  return sources;
}

SubscriptionOptions with_retry(SubscriptionOptions options, std::int32_t retry_ms) {
  options.retry_ms = retry_ms;
  return options;
}

}  // namespace

Stream::Stream(std::unique_ptr<Outlet> outlet, Memberships memberships,
               const StreamOptions& options, std::int32_t retry_ms, Clock::time_point now)
    : coding_(outlet->coding()),
      outlet_(std::move(outlet)),
      last_sent_(now),
      memberships_(std::move(memberships)),
      subscription_(with_retry(options.subscription, retry_ms), sources_of(memberships_)),
      cold_{{},
            now,
            {},
            {},
            static_cast<std::int32_t>(options.retry.least.count()),
            static_cast<std::int32_t>(options.retry.most.count()),
            static_cast<std::int32_t>(options.heartbeat.count())} {}

Stream::Sent Stream::send(const LoopTime& time, SendBuffers& buffers) {
  const std::uint64_t before = bytes_;
  Took took = pending_ ? send_pending() : Took::all;
  while (took == Took::all && bytes_ - before < send_budget) {
    const Output out = subscription_.step(buffers.own);
    if (out.action == Action::send_run) {
      took = send_run(out, time);
    } else if (out.action == Action::send_own) {
      took = send_own(out, time, buffers);
    } else {
      if (bytes_ != before) last_sent_ = time.now;
      return out.action == Action::finish ? Sent::finished : Sent::all;
    }
  }
  if (bytes_ != before) last_sent_ = time.now;
  if (took == Took::broken) return Sent::broken;
  subscription_.blocked();
  return took == Took::part ? Sent::part : Sent::budget;
}

Outlet::Sent Stream::offer(const SendPieces& pieces) {
  const Outlet::Sent sent = outlet_->send(pieces.span());
  bytes_ += sent.bytes;
  return sent;
}

Stream::Took Stream::send_pending() {
  const SendPieces pieces = pending_->pieces();
  const auto [bytes, broken] = offer(pieces);
  if (broken) return Took::broken;
  if (bytes < pieces.size()) {
    pending_->advance(bytes);
    return Took::part;
  }
  pending_.reset();
  return Took::all;
}

// A run of which nothing was taken stays in the log: the cursor doesn't move. Of one that was taken
// in part the rest is kept, and all of it counts as sent.
Stream::Took Stream::send_run(const Output& out, const LoopTime& time) {
  LoopLog& log = memberships_[0].members->loop_log();
  const Run& run = log.run(out.cursor, out.limit);
  if (run.blocks.empty()) {
    subscription_.sent_run(run);
    return Took::all;
  }
  const std::shared_ptr<Wire>& wire = log.wire(coding_);
  const auto [bytes, broken] = offer(wire->pieces());
  if (broken) return Took::broken;
  if (bytes == 0) return Took::part;
  log.count(run.counts, out.live, time.wall_ms);
  log.count_bytes(wire->size());
  events_ += run.counts.events;
  subscription_.sent_run(run);
  if (bytes == wire->size()) return Took::all;
  pending_ = std::make_unique<PendingOutput>(log.memory(), wire, bytes);
  return Took::part;
}

Stream::Took Stream::send_own(const Output& out, const LoopTime& time, SendBuffers& buffers) {
  const SendPieces pieces = code_blocks(coding_, out.blocks, out.last, buffers.chunk_head);
  const auto [bytes, broken] = offer(pieces);
  if (broken) return Took::broken;
  const bool all = bytes == pieces.size();
  Memory& memory = memberships_[0].members->loop_log().memory();
  if (!all) pending_ = std::make_unique<PendingOutput>(memory, pieces.after(bytes));
  for (std::size_t part = 0; part < buffers.own.counts.size(); ++part) {
    const Counts& counts = buffers.own.counts[part];
    memberships_[part].members->loop_log().count(counts, true, time.wall_ms);
    events_ += counts.events;
  }
  memberships_[0].members->loop_log().count_bytes(out.blocks.size());
  subscription_.sent_own();
  return all ? Took::all : Took::part;
}

void Stream::announce_end(const LoopTime& time) {
  ending().announce(time.now);
  subscription_.end(name_of(ending().reason()),
                    random_between(cold_.retry_least_ms, cold_.retry_most_ms));
}

}  // namespace sidestream
