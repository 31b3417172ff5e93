#include "sidecar/http/streams/stream_table.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/http/streams/stream_line.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t streams_per_clock_read = 64;  // a send takes some 5 us
constexpr std::size_t stream_ahead = 2;             // whose memory a wake fetches
constexpr std::size_t outlet_ahead = 1;
// Of a stream where replays are limited: the address may exceed its rate by as much.
constexpr std::size_t replay_step = 64 * 1024;

}  // namespace

StreamTable::StreamTable(boost::asio::io_context& io, Memory& memory, ServerProbe& probe,
                         Logger log, TimeSource clocks, ReplayLimit replay_limit)
    : io_(io),
      probe_(probe),
      log_(std::move(log)),
      clocks_(std::move(clocks)),
      time_(clocks_()),
      logs_(io, memory, streams_, [this](LogMembers& changed) { wake(changed); }),
      sweep_(memory, time_.now),
      pace_(io, std::move(replay_limit), probe, clocks_,
            [this](std::uint64_t name) { resume_replay(name); }),
      rights_(io, streams_,
              [this](std::uint32_t slot, CloseReason reason) { end_now(slot, reason); }),
      timer_(io) {
  schedule_sweep();
}

void StreamTable::add(std::unique_ptr<Outlet> outlet, StreamPlace place,
                      const std::shared_ptr<StreamStart>& start, const StreamOptions& options,
                      std::unique_ptr<StreamRights> rights) {
  read_time();
  const std::uint32_t slot = streams_.take();
  const std::uint64_t name = streams_.name_of(slot);
  const auto retry_ms = static_cast<std::int32_t>(
      random_between(options.retry.least.count(), options.retry.most.count()));
  streams_.put(slot, std::make_unique<Stream>(
                         std::move(outlet),
                         logs_.join(slot, start->take_logs(), options.subscription.filters),
                         options, retry_ms, time_.now));
  Stream& stream = streams_[slot];
  stream.set_place(std::move(place));
  if (rights) rights->begin(time_.now);
  stream.set_rights(std::move(rights));
  probe_.streams_opened.add();
  if (options.access_log > 0 && loggable_++ % options.access_log == 0)
    stream.set_line(make_line(options));
  if (draining_) {
    stream.ending().end_within(CloseReason::drain, 0ms, time_.now, rng());
  } else {
    stream.ending().set_max_age(time_.now, options.max_age, rng());
  }
  const auto interval = sweep_interval();
  sweep_.pace().add(stream.heartbeat());
  if (sweep_interval() < interval) schedule_sweep();
  stream.outlet().wait_readable(*this, name);
  stream.keep_until_started(start);
  start->forward_to({this, name});
  begin(name, start->take_plans());
}

// Proxies hold back a head without a body, so a comment goes with it.
void StreamTable::begin(std::uint64_t name, StreamStart::Plans plans) {
  for (std::size_t part = 0; part < plans.size(); ++part) {
    if (plans[part]) take_plan(name, part, std::move(*plans[part]));
  }
  Stream* stream = streams_.find(name);
  if (!stream || stream->bytes() > 0) return;
  stream->subscription().heartbeat();
  pump(StreamSlots::slot_of(name));
}

void StreamTable::close(std::uint32_t slot, CloseReason reason) {
  Stream& stream = streams_[slot];
  if (stream.is_cut() && !stream.finished) stream.outlet().cut();
  if (stream.line() && log_.on(LogLevel::info)) {
    write_stream_line(log_, stream, reason, clocks_().now);
  }
  sweep_.pace().remove(stream.heartbeat());
  logs_.leave(slot);
  streams_.remove(slot);
  probe_.closed(reason);
}

void StreamTable::drain(std::chrono::milliseconds window) {
  draining_ = true;
  read_time();
  streams_.for_each([&](std::uint32_t, Stream& stream) {
    stream.ending().end_within(CloseReason::drain, window, time_.now, rng());
  });
}

void StreamTable::close_all() {
  closed_ = true;
  timer_.cancel();
  pace_.stop();
  streams_.for_each([this](std::uint32_t slot, Stream&) { close(slot, CloseReason::drain); });
}

void StreamTable::end_now(std::uint32_t slot, CloseReason reason) {
  Stream& stream = streams_[slot];
  if (stream.finished || stream.ending().announced()) return;
  if (stream.is_cut()) return close(slot, reason);
  read_time();
  stream.ending().end_within(reason, 0ms, time_.now, rng());
  stream.announce_end(time_);
  pump(slot);
}

// ---- sending ----

void StreamTable::wake(LogMembers& members) {
  const std::shared_ptr<LogMembers> alive = members.shared_from_this();
  if (members.has_filtered()) wake_parked(members);
  // Backwards: when a stream closes, one that was visited already takes its place.
  const auto& slots = members.slots();
  for (std::size_t i = slots.size(), visited = 0; i-- > 0; ++visited) {
    if (i >= stream_ahead) streams_.prefetch_stream(slots[i - stream_ahead]);
    if (i >= outlet_ahead) streams_.prefetch_outlet(slots[i - outlet_ahead]);
    if (visited % streams_per_clock_read == 0) read_time();
    pump(slots[i]);
  }
  members.loop_log().flush_counts();
}

// Of the filtered streams only those that the changes are for.
void StreamTable::wake_parked(LogMembers& members) {
  const LoopView& seen = members.loop_log().seen();
  members.index().find(seen.view, seen.previous_head, hits_);
  for (std::size_t i = 0; i < hits_.size(); ++i) {
    if (i + stream_ahead < hits_.size()) streams_.prefetch_stream(hits_[i + stream_ahead].slot);
    if (i % streams_per_clock_read == 0) read_time();
    const std::uint32_t slot = hits_[i].slot;
    if (!streams_.has(slot) || !logs_.unpark(members, hits_[i])) continue;
    const Stream& stream = streams_[slot];
    if (stream.waits_writable || stream.waits_its_turn) streams_[slot].subscription().blocked();
    pump(slot);
    if (streams_.has(slot)) logs_.settle(slot);
  }
}

void StreamTable::pump(std::uint32_t slot) {
  Stream& stream = streams_[slot];
  if (stream.waits_writable || stream.waits_its_turn || stream.finished) return;
  const std::uint64_t name = streams_.name_of(slot);
  switch (limited_ ? send_limited(stream, name) : stream.send(time_, buffers_, {this, name})) {
    case Stream::Sent::all:
      return stream.filtered ? logs_.settle(slot) : void();
    case Stream::Sent::part:
      stream.waits_writable = true;
      return stream.outlet().wait_writable(*this, streams_.name_of(slot));
    case Stream::Sent::budget:
      return pump_later(slot);
    case Stream::Sent::finished:
      stream.outlet().finish();
      stream.finished = true;
      return stream.ending().finish(time_.now, stream.subscription().has_reached_end());
    case Stream::Sent::broken:
      return close(slot, CloseReason::client);
  }
}

// A replay whose client address is beyond its rate is held. It keeps no page meanwhile.
Stream::Sent StreamTable::send_limited(Stream& stream, std::uint64_t name) {
  Subscription& subscription = stream.subscription();
  if (!subscription.is_held() && subscription.replays())
    subscription.hold(pace_.wait(stream.address(), name, time_.now));
  const Stream::Sent sent = stream.send(time_, buffers_, {this, name});
  if (subscription.is_held()) subscription.blocked();
  if (buffers_.replayed > 0) pace_.charge(stream.address(), buffers_.replayed, time_.now);
  return sent;
}

void StreamTable::read_time() {
  time_ = clocks_();
  limited_ = pace_.is_limited();
  buffers_.replay_most = limited_ ? replay_step : SIZE_MAX;
}

void StreamTable::resume_replay(std::uint64_t name) {
  Stream* stream = streams_.find(name);
  if (!stream) return;
  stream->subscription().hold(false);
  read_time();
  const auto members = stream->memberships()[0].members;
  pump(StreamSlots::slot_of(name));
  members->loop_log().flush_counts();
}

void StreamTable::pump_later(std::uint32_t slot) {
  streams_[slot].waits_its_turn = true;
  boost::asio::post(
      io_, [this, name = streams_.name_of(slot)] { go_on(name, &Stream::waits_its_turn); });
}

void StreamTable::go_on(std::uint64_t name, bool Stream::*waits) {
  Stream* stream = streams_.find(name);
  if (!stream) return;
  stream->*waits = false;
  read_time();
  pump(StreamSlots::slot_of(name));
}

void StreamTable::on_readable(std::uint64_t name) {
  Stream* stream = streams_.find(name);
  if (!stream) return;
  const std::uint32_t slot = StreamSlots::slot_of(name);
  const Ending& ending = stream->ending();
  switch (stream->outlet().discard_input()) {
    case Outlet::Input::none:
      return stream->outlet().wait_readable(*this, name);
    case Outlet::Input::closed:
      return close(slot, ending.announced() ? ending.reason() : CloseReason::client);
    case Outlet::Input::enough:
      return end_now(slot, CloseReason::poll);
    case Outlet::Input::too_much:
      return close(slot, CloseReason::error);
  }
}

// ---- answers of the broker ----

void StreamTable::post_plan(std::uint64_t name, std::size_t part, StartPlan plan) {
  boost::asio::post(io_, [this, name, part, plan = std::move(plan)]() mutable {
    take_plan(name, part, std::move(plan));
  });
}

void StreamTable::take_plan(std::uint64_t name, std::size_t part, StartPlan plan) {
  Stream* stream = streams_.find(name);
  if (!stream || stream->finished) return;
  read_time();
  const std::shared_ptr<LogMembers> members = stream->memberships()[part].members;
  // The log may have opened, or been reset, since this loop's view.
  const LogView& view = members->loop_log().view();
  if (view.head_position.empty() || plan.generation > view.generation) {
    members->loop_log().refresh();
    wake(*members);
    stream = streams_.find(name);
    if (!stream) return;
  }
  stream->take_plan(part, std::move(plan));
  pump(StreamSlots::slot_of(name));
  members->loop_log().flush_counts();
}

void StreamTable::post_page(std::uint64_t name, std::size_t part, Result<PagePtr> page) {
  boost::asio::post(io_, [this, name, part, page = std::move(page)]() mutable {
    take_page(name, part, std::move(page));
  });
}

void StreamTable::take_page(std::uint64_t name, std::size_t part, Result<PagePtr> page) {
  Stream* stream = streams_.find(name);
  if (!stream || stream->finished) return;
  read_time();
  const std::shared_ptr<LogMembers> members = stream->memberships()[part].members;
  stream->subscription().take_page(part, std::move(page));
  pump(StreamSlots::slot_of(name));
  members->loop_log().flush_counts();
}

// ---- the sweep ----

void StreamTable::schedule_sweep() {
  if (closed_) return;
  timer_.expires_after(sweep_interval());
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    sweep();
    schedule_sweep();
  });
}

void StreamTable::sweep() {
  read_time();
  sweep_.begin(time_.now);
  pace_.resume_due(time_.now);
  if (!draining_) logs_.end_retired(time_.now, rng());
  streams_.for_each([this](std::uint32_t slot, Stream& stream) {
    const Sweep::Verdict verdict = sweep_.look_at(stream, time_);
    if (verdict.ask_rights) rights_.ask(streams_.name_of(slot));
    if (verdict.close) {
      close(slot, *verdict.close);
    } else if (verdict.has_output) {
      pump(slot);
    }
  });
  logs_.tidy();
}

}  // namespace sidestream
