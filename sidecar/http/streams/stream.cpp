#include "sidecar/http/streams/stream.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/base/time_text.hpp"
#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/dialect/translate.hpp"

namespace sidestream {
namespace {

// Of one stream at a time, so that a reader that catches up doesn't delay the others.
constexpr std::size_t send_budget = 256 * 1024;
// A filtered reader may read many pages without a byte to send.
constexpr int pages_most = 16;

constexpr std::int64_t undecided_retry_least_ms = 5'000;
constexpr std::int64_t undecided_retry_most_ms = 15'000;

using Views = boost::container::small_vector<const LoopView*, 4>;

Views views_of(const Stream::Memberships& memberships) {
  Views views;
  for (const auto& membership : memberships) {
    views.push_back(&membership.members->loop_log().seen());
  }
  return views;
}

SubscriptionOptions with_retry(SubscriptionOptions options, std::int32_t retry_ms) {
  options.retry_ms = retry_ms;
  return options;
}

}  // namespace

Stream::Stream(std::unique_ptr<Outlet> outlet, Memberships memberships,
               const StreamOptions& options, std::int32_t retry_ms, Clock::time_point now)
    : coding_(outlet->coding()),
      dialect_(options.dialect),
      outlet_(std::move(outlet)),
      last_sent_(now),
      memberships_(std::move(memberships)),
      subscription_(with_retry(options.subscription, retry_ms), views_of(memberships_)),
      cold_{{},
            now,
            {},
            static_cast<std::int32_t>(options.heartbeat.count()),
            {},
            {},
            static_cast<std::int32_t>(options.retry.least.count()),
            static_cast<std::int32_t>(options.retry.most.count()),
            static_cast<std::int32_t>(options.answer_timeout.count())} {
  const auto& filters = options.subscription.filters;
  filtered =
      std::any_of(filters.begin(), filters.end(), [](const auto& f) { return f != nullptr; });
}

Stream::Sent Stream::send(const LoopTime& time, SendBuffers& buffers, const ReplyAddress& reply) {
  const std::uint64_t before = bytes_;
  buffers.replayed = 0;
  int pages = 0;
  Took took = pending_ ? send_pending() : Took::all;
  while (took == Took::all && bytes_ - before < send_budget &&
         buffers.replayed < buffers.replay_most) {
    const Output out = subscription_.step(buffers.own);
    if (out.action == Action::wait || out.action == Action::finish) {
      if (bytes_ != before) last_sent_ = time.now;
      return out.action == Action::finish ? Sent::finished : Sent::all;
    }
    took = carry_out(out, time, buffers, reply);
    if (out.action == Action::fetch && ++pages == pages_most) break;
  }
  if (bytes_ != before) last_sent_ = time.now;
  if (took == Took::everything) return Sent::all;
  if (took == Took::broken) return Sent::broken;
  subscription_.blocked();
  return took == Took::part ? Sent::part : Sent::budget;
}

Stream::Took Stream::carry_out(const Output& out, const LoopTime& time, SendBuffers& buffers,
                               const ReplyAddress& reply) {
  switch (out.action) {
    case Action::send_run:
      return send_run(out, time, buffers);
    case Action::send_own:
      return send_own(out, time, buffers);
    case Action::fetch:
      fetch(out.part, reply);
      return Took::all;
    case Action::start:
      restart(out.part, reply);
      return Took::all;
    case Action::wait:
    case Action::finish:
      break;
  }
  return Took::all;
}

void Stream::keep_until_started(std::shared_ptr<const void> waiting) {
  if (subscription_.has_started()) return;
  waiting_ = std::make_unique<std::shared_ptr<const void>>(std::move(waiting));
}

void Stream::take_plan(std::size_t part, StartPlan plan) {
  const bool had_started = subscription_.has_started();
  subscription_.take_plan(part, std::move(plan));
  if (!had_started && subscription_.has_started()) waiting_.reset();
}

void Stream::restart(std::size_t part, const ReplyAddress& reply) {
  if (!waiting_) {
    waiting_ = std::make_unique<std::shared_ptr<const void>>(std::make_shared<char>());
  }
  const auto take = [reply, part](StartPlan plan) {
    reply.postbox->post_plan(reply.stream, part, std::move(plan));
  };
  log(part).start(subscription_.begin_restart(part), {take, *waiting_});
}

// A page that is cached is there at once.
void Stream::fetch(std::size_t part, const ReplyAddress& reply) {
  const PageRequest request = subscription_.begin_fetch(part);
  PagePtr page = log(part).replay().want(
      request.partition, request.after, request.until,
      [reply, part](Result<PagePtr> ready) {
        reply.postbox->post_page(reply.stream, part, std::move(ready));
      },
      client());
  if (page) subscription_.take_page(part, std::move(page));
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
Stream::Took Stream::send_run(const Output& out, const LoopTime& time, SendBuffers& buffers) {
  LoopLog& log = memberships_[0].members->loop_log();
  const Run& run = log.run(out.cursor, out.limit);
  if (run.blocks.empty()) return subscription_.sent_run(run) ? Took::everything : Took::all;
  const std::shared_ptr<Wire>& wire = log.wire(dialect_, coding_);
  const auto [bytes, broken] = offer(wire->pieces());
  if (broken) return Took::broken;
  if (bytes == 0) return Took::part;
  log.count(run.counts, out.live, time.wall_ms);
  log.count_bytes(wire->size());
  if (!out.live) buffers.replayed += run.blocks.size();
  events_ += run.counts.events;
  const bool everything = subscription_.sent_run(run);
  if (bytes == wire->size()) return everything ? Took::everything : Took::all;
  pending_ = std::make_unique<PendingOutput>(log.memory(), wire, bytes);
  return Took::part;
}

Stream::Took Stream::send_own(const Output& out, const LoopTime& time, SendBuffers& buffers) {
  std::string_view blocks = out.blocks;
  if (dialect_ != Dialect::event_stream) {
    buffers.lines.clear();
    append_translated(dialect_, buffers.lines, blocks);
    blocks = buffers.lines;
    if (blocks.empty()) {  // an empty chunk would end the response
      subscription_.sent_own();
      return Took::all;
    }
  }
  const SendPieces pieces = code_blocks(coding_, blocks, out.last, buffers.chunk_head);
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
  memberships_[0].members->loop_log().count_bytes(blocks.size());
  buffers.replayed += buffers.own.replayed;
  subscription_.sent_own();
  return all ? Took::all : Took::part;
}

void Stream::announce_expiry() {
  const auto& expires_at = rights()->person().expires_at;
  std::string body;
  append_auth_expiring(body, format_seconds(expires_at->time_since_epoch().count()));
  subscription_.tell(body);
}

void Stream::announce_end(const LoopTime& time) {
  ending().announce(time.now);
  // Clients that nobody can decide about give the app time to come back.
  const bool undecided = ending().reason() == CloseReason::auth_unavailable;
  const std::int64_t least = undecided ? undecided_retry_least_ms : cold_.retry_least_ms;
  const std::int64_t most = undecided ? undecided_retry_most_ms : cold_.retry_most_ms;
  subscription_.end(name_of(ending().reason()), random_between(least, most));
}

}  // namespace sidestream
