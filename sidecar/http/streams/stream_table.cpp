#include "sidecar/http/streams/stream_table.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "sidecar/base/rng.hpp"
#include "sidecar/http/streams/stream_line.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t streams_per_clock_read = 64;  // a send takes some 5 us
constexpr auto peers_check_interval = 5s;
// After a reload the streams of a topic don't all end at once.
constexpr std::chrono::milliseconds reload_window{1000};

}  // namespace

StreamTable::StreamTable(boost::asio::io_context& io, Memory& memory, ServerProbe& probe,
                         Logger log, TimeSource clocks)
    : io_(io),
      memory_(memory),
      probe_(probe),
      log_(std::move(log)),
      clocks_(std::move(clocks)),
      timer_(io) {
  read_time();
  peers_checked_ = time_.now;
  schedule_sweep();
}

StreamTable::~StreamTable() {
  for (auto& [log, members] : logs_) members->close();
}

// ---- the table ----

Stream* StreamTable::find(std::uint64_t name) {
  const std::uint32_t slot = slot_of(name);
  if (slot >= slots_.size() || name_of(slot) != name) return nullptr;
  return slots_[slot].stream.get();
}

std::uint32_t StreamTable::free_slot() {
  if (free_.empty()) {
    slots_.emplace_back();
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void StreamTable::add(std::unique_ptr<Outlet> outlet, Place place,
                      const std::shared_ptr<StreamStart>& start, const StreamOptions& options) {
  read_time();
  const std::uint32_t slot = free_slot();
  const std::uint64_t name = name_of(slot);
  const auto retry_ms = static_cast<std::int32_t>(
      random_between(options.retry.least.count(), options.retry.most.count()));
  slots_[slot].stream = std::make_unique<Stream>(std::move(outlet), join(slot, start->take_logs()),
                                                 options, retry_ms, time_.now);
  Stream& stream = *slots_[slot].stream;
  stream.set_place(std::move(place));
  probe_.streams_opened.add();
  if (options.access_log > 0 && loggable_++ % options.access_log == 0) {
    stream.set_line(std::make_unique<Stream::Line>(Stream::Line{options.client, options.trace_id}));
  }
  if (draining_) {
    stream.ending().end_within(CloseReason::drain, 0ms, time_.now, rng());
  } else {
    stream.ending().set_max_age(time_.now, options.max_age, rng());
  }
  const auto interval = pace_.interval();
  pace_.add(stream.heartbeat());
  if (pace_.interval() < interval) schedule_sweep();
  stream.outlet().wait_readable(*this, name);
  stream.subscription().start({this, name}, start);
  start->forward_to({this, name});
  begin(name, start->take_plans());
}

// Proxies hold back a head without a body, so a comment goes with it.
void StreamTable::begin(std::uint64_t name, StreamStart::Plans plans) {
  for (std::size_t part = 0; part < plans.size(); ++part) {
    if (plans[part]) take_plan(name, part, std::move(*plans[part]));
  }
  Stream* stream = find(name);
  if (!stream || stream->bytes() > 0) return;
  stream->subscription().heartbeat();
  pump(slot_of(name));
}

Stream::Memberships StreamTable::join(std::uint32_t slot,
                                      const std::vector<std::shared_ptr<OpenLog>>& logs) {
  Stream::Memberships memberships;
  for (const auto& log : logs) {
    log->topic().probe.subscribers.add(1);
    auto& members = logs_[log.get()];
    if (!members) {
      members = std::make_shared<LogMembers>(io_, log, memory_,
                                             [this](LogMembers& changed) { wake(changed); });
      members->open();
    }
    memberships.push_back({members, static_cast<std::uint32_t>(members->slots().size())});
    members->slots().push_back(slot);
  }
  return memberships;
}

void StreamTable::leave(std::uint32_t slot) {
  for (Stream::Membership& membership : slots_[slot].stream->memberships()) {
    LogMembers& members = *membership.members;
    OpenLog& log = members.loop_log().open_log();
    // The last stream takes the place.
    const std::uint32_t moved = members.slots().back();
    members.slots()[membership.place] = moved;
    members.slots().pop_back();
    if (moved != slot) {
      for (Stream::Membership& other : slots_[moved].stream->memberships()) {
        if (other.members == membership.members) other.place = membership.place;
      }
    }
    log.topic().probe.subscribers.add(-1);
    members.loop_log().flush_counts();
    if (members.slots().empty()) {
      members.close();
      logs_.erase(&log);
    }
    log.leave(Clock::now());
  }
}

void StreamTable::close(std::uint32_t slot, CloseReason reason) {
  Stream& stream = *slots_[slot].stream;
  if (stream.line() && log_.on(LogLevel::info)) write_line(stream, reason);
  pace_.remove(stream.heartbeat());
  leave(slot);
  slots_[slot].stream.reset();
  ++slots_[slot].generation;
  free_.push_back(slot);
  probe_.closed(reason);
}

void StreamTable::write_line(Stream& stream, CloseReason reason) {
  StreamEnd end{reason, clocks_().now - stream.began(), stream.events(), stream.bytes(),
                stream.subscription().lag()};
  for (const auto& membership : stream.memberships()) {
    end.logs.push_back(&membership.members->loop_log().open_log());
  }
  end.client = stream.line()->client;
  end.trace_id = stream.line()->trace_id;
  write_stream_line(log_, end);
}

// ---- sending ----

void StreamTable::wake(LogMembers& members) {
  const std::shared_ptr<LogMembers> alive = members.shared_from_this();
  // Backwards: when a stream closes, one that was visited already takes its place.
  const auto& slots = members.slots();
  for (std::size_t i = slots.size(), visited = 0; i-- > 0; ++visited) {
    prefetch(slots, i);
    if (visited % streams_per_clock_read == 0) read_time();
    pump(slots[i]);
  }
  members.loop_log().flush_counts();
}

// Thousands of streams are no longer in the cache when the next event comes: fetches the streams
// that follow, first the stream, then its outlet. Not further ahead, because each send in between
// pushes more out of the cache.
void StreamTable::prefetch(const std::vector<std::uint32_t>& slots, std::size_t next) const {
  constexpr std::size_t stream_ahead = 2;
  constexpr std::size_t outlet_ahead = 1;
  if (next >= stream_ahead) {
    const auto* stream =
        reinterpret_cast<const char*>(slots_[slots[next - stream_ahead]].stream.get());
    for (std::size_t line = 0; line < Stream::hot_bytes; line += 64)
      __builtin_prefetch(stream + line);
  }
  if (next >= outlet_ahead) {
    __builtin_prefetch(&slots_[slots[next - outlet_ahead]].stream->outlet());
  }
}

void StreamTable::pump(std::uint32_t slot) {
  Stream& stream = *slots_[slot].stream;
  if (stream.waits_writable || stream.waits_its_turn || stream.finished) return;
  switch (stream.send(time_, buffers_)) {
    case Stream::Sent::all:
      return;
    case Stream::Sent::part:
      stream.waits_writable = true;
      return stream.outlet().wait_writable(*this, name_of(slot));
    case Stream::Sent::budget:
      return pump_later(slot);
    case Stream::Sent::finished:
      stream.outlet().finish();
      stream.finished = true;
      return stream.ending().finish(time_.now);
    case Stream::Sent::broken:
      return close(slot, CloseReason::client);
  }
}

void StreamTable::pump_later(std::uint32_t slot) {
  slots_[slot].stream->waits_its_turn = true;
  boost::asio::post(io_, [this, name = name_of(slot)] {
    Stream* stream = find(name);
    if (!stream) return;
    stream->waits_its_turn = false;
    read_time();
    pump(slot_of(name));
  });
}

void StreamTable::on_writable(std::uint64_t name) {
  Stream* stream = find(name);
  if (!stream) return;
  stream->waits_writable = false;
  read_time();
  pump(slot_of(name));
}

void StreamTable::on_readable(std::uint64_t name) {
  Stream* stream = find(name);
  if (!stream) return;
  switch (stream->outlet().discard_input()) {
    case Outlet::Input::none:
      return stream->outlet().wait_readable(*this, name);
    case Outlet::Input::closed: {
      const Ending& ending = stream->ending();
      return close(slot_of(name), ending.announced() ? ending.reason() : CloseReason::client);
    }
    case Outlet::Input::too_much:
      return close(slot_of(name), CloseReason::error);
  }
}

// ---- answers of the broker ----

void StreamTable::post_plan(std::uint64_t name, std::size_t part, StartPlan plan) {
  boost::asio::post(io_, [this, name, part, plan = std::move(plan)]() mutable {
    take_plan(name, part, std::move(plan));
  });
}

void StreamTable::take_plan(std::uint64_t name, std::size_t part, StartPlan plan) {
  Stream* stream = find(name);
  if (!stream || stream->finished) return;
  read_time();
  const std::shared_ptr<LogMembers> members = stream->memberships()[part].members;
  // The log may have opened, or been reset, since this loop's view.
  const LogView& view = members->loop_log().view();
  if (view.head_position.empty() || plan.generation > view.generation) {
    members->loop_log().refresh();
    wake(*members);
    stream = find(name);
    if (!stream) return;
  }
  stream->subscription().take_plan(part, std::move(plan));
  pump(slot_of(name));
  members->loop_log().flush_counts();
}

void StreamTable::post_page(std::uint64_t name, std::size_t part, Result<PagePtr> page) {
  boost::asio::post(io_, [this, name, part, page = std::move(page)]() mutable {
    take_page(name, part, std::move(page));
  });
}

void StreamTable::take_page(std::uint64_t name, std::size_t part, Result<PagePtr> page) {
  Stream* stream = find(name);
  if (!stream || stream->finished) return;
  read_time();
  const std::shared_ptr<LogMembers> members = stream->memberships()[part].members;
  stream->subscription().take_page(part, std::move(page));
  pump(slot_of(name));
  members->loop_log().flush_counts();
}

// ---- the sweep ----

void StreamTable::schedule_sweep() {
  if (closed_) return;
  timer_.expires_after(pace_.interval());
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    sweep();
    schedule_sweep();
  });
}

void StreamTable::sweep() {
  read_time();
  const bool check_peers = time_.now - peers_checked_ >= peers_check_interval;
  if (check_peers) peers_checked_ = time_.now;
  if (!draining_) end_retired();
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].stream) sweep_one(slot, check_peers);
  }
  for (auto& [log, members] : logs_) {
    members->loop_log().release_unused();
    measure_lag(*members);
  }
}

void StreamTable::sweep_one(std::uint32_t slot, bool check_peer) {
  Stream& stream = *slots_[slot].stream;
  const bool due = stream.ending().is_due(time_.now);
  if (due && stream.ending().announced()) return close(slot, stream.ending().reason());
  if (stream.finished) return;
  if (check_peer && stream.outlet().peer_is_dead()) return close(slot, CloseReason::dead_peer);
  if (memory_.pinned_too_much() && stream.pinned() > 0) return close(slot, CloseReason::slow);
  const auto silence = time_.now - stream.last_sent() + pace_.interval() / 2;
  const bool silent = !stream.waits_writable && silence >= stream.heartbeat();
  if (!due && !silent && !stream.subscription().is_paused()) return;
  if (due) stream.announce_end(time_);
  stream.subscription().tick();
  if (silent) stream.subscription().heartbeat();
  pump(slot);
}

void StreamTable::measure_lag(LogMembers& members) const {
  std::uint64_t most = 0;
  for (const std::uint32_t slot : members.slots()) {
    const Stream& stream = *slots_[slot].stream;
    // A stream of several topics doesn't show which of them lags. Each topic's own streams do.
    if (stream.subscription().parts() == 1) most = std::max(most, stream.subscription().lag());
  }
  members.set_slowest_lag(most);
}

// Ends the streams of topics that a reload has removed or changed.
void StreamTable::end_retired() {
  for (auto& [log, members] : logs_) {
    const Retired retired = log->topic().retired.load(std::memory_order_relaxed);
    if (retired == Retired::no) continue;
    const auto reason = retired == Retired::changed ? CloseReason::reload : CloseReason::removed;
    for (const std::uint32_t slot : members->slots()) {
      Ending& ending = slots_[slot].stream->ending();
      const bool known =
          ending.reason() == CloseReason::reload || ending.reason() == CloseReason::removed;
      if (!known) ending.end_within(reason, reload_window, time_.now, rng());
    }
  }
}

void StreamTable::drain(std::chrono::milliseconds window) {
  draining_ = true;
  read_time();
  for (Slot& slot : slots_) {
    if (slot.stream) slot.stream->ending().end_within(CloseReason::drain, window, time_.now, rng());
  }
}

void StreamTable::close_all() {
  closed_ = true;
  timer_.cancel();
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].stream) close(slot, CloseReason::drain);
  }
}

}  // namespace sidestream
