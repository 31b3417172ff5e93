#include "sidecar/http/streams/stream_table.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <utility>

#include "sidecar/base/time_text.hpp"
#include "sidecar/http/streams/stream_line.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

// Of one stream's turn, so that a reader that catches up doesn't hold up the others.
constexpr std::size_t turn_budget = 256 * 1024;
// How many streams ahead of the one that is sent to memory is asked for, and after how many the
// clocks are read again: a send takes some 5 us.
constexpr std::size_t far_ahead = 4;
constexpr std::size_t streams_a_clock = 64;
constexpr auto closing_time = 1s;

}  // namespace

struct StreamTable::Turn {
  Turn(StreamTable& table, std::uint32_t slot, Stream& stream)
      : single{&stream.memberships[0].log->state()},
        context{single, table, table.name_of(slot), table.scratch_, table.now_ms_} {
    if (stream.memberships.size() == 1) return;
    for (const Membership& membership : stream.memberships)
      several.push_back(&membership.log->state());
    context.logs = several;
  }
  std::array<LogState*, 1> single;
  std::vector<LogState*> several;
  Subscription::Context context;

  std::uint64_t events() const {
    std::uint64_t all = 0;
    for (const LogState* log : context.logs) all += log->tally.events;
    return all;
  }
};

StreamTable::StreamTable(boost::asio::io_context& io, Memory& memory, ServerProbe& probe,
                         Logger log)
    : io_(io),
      memory_(memory),
      probe_(probe),
      log_(std::move(log)),
      timer_(io),
      peers_looked_at_(Clock::now()) {
  schedule_sweep();
}

StreamTable::~StreamTable() {
  for (auto& [log, members] : logs_) members->close();
}

// ---- the table ----

std::uint64_t StreamTable::name_of(std::uint32_t slot) const {
  return (static_cast<std::uint64_t>(slots_[slot].generation) << 32) | slot;
}

StreamTable::Stream* StreamTable::find(std::uint64_t name) {
  const auto slot = static_cast<std::uint32_t>(name);
  if (slot >= slots_.size() || slots_[slot].generation != name >> 32) return nullptr;
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

void StreamTable::add(std::unique_ptr<Outlet> outlet, std::vector<std::shared_ptr<OpenLog>> logs,
                      const std::vector<StartRequest>& starts, const StreamOptions& options) {
  const std::uint32_t slot = free_slot();
  SubscriptionOptions own = options.subscription;
  own.chunked = outlet->coding() == Coding::chunked;
  own.retry_ms = static_cast<std::int32_t>(
      random_between(options.retry.least.count(), options.retry.most.count()));
  slots_[slot].stream = std::make_unique<Stream>(std::move(outlet), own, logs, memory_);
  Stream& stream = *slots_[slot].stream;
  ++used_;
  probe_.streams_opened.add();
  stream.retry_least_ms = static_cast<std::int32_t>(options.retry.least.count());
  stream.retry_most_ms = static_cast<std::int32_t>(options.retry.most.count());
  stream.heartbeat_ms = static_cast<std::int32_t>(options.heartbeat.count());
  stream.began = stream.last_sent = Clock::now();
  stream.logged = options.access_log > 0 && ended_++ % options.access_log == 0;
  if (stream.logged) stream.peer = stream.outlet->peer();
  if (stream.logged && !options.trace_id.empty())
    stream.trace_id = std::make_unique<std::string>(options.trace_id);
  set_age(stream, options.max_age);
  const auto wanted = std::clamp<std::chrono::milliseconds>(options.heartbeat / 10, 10ms, 250ms);
  if (wanted < sweep_every_) {
    sweep_every_ = wanted;
    schedule_sweep();
  }
  for (const auto& log : logs) {
    log->topic().probe.subscribers.add(1);
    join(slot, log);
  }
  stream.outlet->wait_readable(*this, name_of(slot));
  stream.subscription.start(starts, *this, name_of(slot));
}

void StreamTable::join(std::uint32_t slot, const std::shared_ptr<OpenLog>& log) {
  auto& members = logs_[log.get()];
  if (!members) {
    members = std::make_shared<LogMembers>(io_, log, [this](LogMembers& woken) { wake(woken); });
    members->open();
  }
  slots_[slot].stream->memberships.push_back(
      {members, static_cast<std::uint32_t>(members->streams().size())});
  members->streams().push_back(slot);
}

void StreamTable::leave(std::uint32_t slot) {
  for (Membership& membership : slots_[slot].stream->memberships) {
    LogMembers& members = *membership.log;
    OpenLog& log = members.log();
    // The last one takes the place.
    const std::uint32_t moved = members.streams().back();
    members.streams()[membership.place] = moved;
    members.streams().pop_back();
    if (moved != slot) {
      for (Membership& other : slots_[moved].stream->memberships) {
        if (&*other.log == &members) other.place = membership.place;
      }
    }
    log.topic().probe.subscribers.add(-1);
    members.state().tally.flush(log.topic().probe);
    if (members.streams().empty()) {
      members.close();
      logs_.erase(&log);
    }
    log.leave(Clock::now());
  }
}

void StreamTable::close(std::uint32_t slot, CloseReason reason) {
  if (slots_[slot].stream->logged && log_.on(LogLevel::info)) write_line(slot, reason);
  leave(slot);
  slots_[slot].stream.reset();
  ++slots_[slot].generation;
  free_.push_back(slot);
  --used_;
  probe_.streams.add(-1);
  probe_.connections.add(-1);
  probe_.closed(reason);
}

void StreamTable::write_line(std::uint32_t slot, CloseReason reason) {
  Stream& stream = *slots_[slot].stream;
  const Turn turn(*this, slot, stream);
  StreamEnd end{reason, Clock::now() - stream.began, stream.events, stream.bytes,
                stream.subscription.lag(turn.context.logs)};
  for (const Membership& membership : stream.memberships)
    end.logs.push_back(&membership.log->log());
  end.peer = stream.peer;
  if (stream.trace_id) end.trace_id = *stream.trace_id;
  write_stream_line(log_, end);
}

// ---- sending ----

void StreamTable::wake(LogMembers& log) {
  // Backwards: a stream that closes has its place taken by one that was seen already.
  auto& streams = log.streams();
  const std::shared_ptr<LogMembers> alive = log.shared_from_this();
  look_at_clocks();
  for (std::size_t i = streams.size(); i-- > 0;) {
    if (i >= far_ahead) fetch_ahead(streams[i - far_ahead]);
    if (i % streams_a_clock == 0) look_at_clocks();
    pump(streams[i]);
  }
  log.state().tally.flush(log.log().topic().probe);
}

// Thousands of streams are no longer in the cache when the next event comes.
void StreamTable::fetch_ahead(std::uint32_t slot) const {
  const auto* stream = reinterpret_cast<const char*>(slots_[slot].stream.get());
  for (std::size_t line = 0; line < sizeof(Stream); line += 64) __builtin_prefetch(stream + line);
}

void StreamTable::look_at_clocks() {
  now_ = Clock::now();
  now_ms_ = unix_now_ms();
}

void StreamTable::pump(std::uint32_t slot) {
  Stream& stream = *slots_[slot].stream;
  if (stream.blocked || stream.ending || stream.resuming) return;
  Turn turn(*this, slot, stream);
  send(slot, stream, turn);
}

void StreamTable::send(std::uint32_t slot, Stream& stream, Turn& turn) {
  const std::uint64_t before = turn.events();
  const Sent sent = push(stream, turn);
  stream.events += turn.events() - before;
  switch (sent) {
    case Sent::all:
      if (stream.subscription.ended()) finish(stream);
      return;
    case Sent::part:
      stream.subscription.blocked(turn.context);
      return wait_writable(slot, stream);
    case Sent::budget:
      stream.subscription.blocked(turn.context);
      return resume_later(slot, stream);
    case Sent::broken:
      return close(slot, CloseReason::client);
  }
}

StreamTable::Sent StreamTable::push(Stream& stream, Turn& turn) {
  for (std::size_t sent = 0; sent < turn_budget;) {
    const std::string_view bytes = stream.subscription.step(turn.context);
    if (bytes.empty()) return Sent::all;
    const auto [taken, broken] = stream.outlet->send({&bytes, 1});
    if (broken) return Sent::broken;
    const std::size_t offered = bytes.size();
    if (taken > 0) stream.last_sent = now_;
    sent += taken;
    stream.bytes += taken;
    // Nothing taken counts too: what was made for this reader alone is then kept for it.
    stream.subscription.wrote(taken, turn.context);
    if (taken < offered) return Sent::part;
  }
  return Sent::budget;
}

// After a heartbeat's silence.
void StreamTable::beat(std::uint32_t slot, Stream& stream) {
  Turn turn(*this, slot, stream);
  stream.subscription.heartbeat(turn.context);
}

void StreamTable::resume_later(std::uint32_t slot, Stream& stream) {
  stream.resuming = true;
  boost::asio::post(io_, [this, name = name_of(slot)] {
    Stream* found = find(name);
    if (!found) return;
    found->resuming = false;
    look_at_clocks();
    pump(static_cast<std::uint32_t>(name));
  });
}

void StreamTable::wait_writable(std::uint32_t slot, Stream& stream) {
  stream.blocked = true;
  stream.outlet->wait_writable(*this, name_of(slot));
}

void StreamTable::on_writable(std::uint64_t name) {
  Stream* stream = find(name);
  if (!stream) return;
  stream->blocked = false;
  look_at_clocks();
  pump(static_cast<std::uint32_t>(name));
}

// The stream has said all: the peer gets the end, and a moment to close.
void StreamTable::finish(Stream& stream) {
  stream.outlet->finish();
  stream.ending = stream.told = true;
  stream.end_at = Clock::now() + closing_time;
}

// ---- the peer ----

void StreamTable::on_readable(std::uint64_t name) {
  Stream* stream = find(name);
  if (!stream) return;
  const auto slot = static_cast<std::uint32_t>(name);
  switch (stream->outlet->discard_input()) {
    case Outlet::Input::none:
      return stream->outlet->wait_readable(*this, name);
    case Outlet::Input::closed:
      return close(slot, stream->told ? stream->ends_for : CloseReason::client);
    case Outlet::Input::too_much:
      return close(slot, CloseReason::error);
  }
}

// ---- answers of the broker ----

void StreamTable::post_plan(std::uint64_t name, std::size_t part, StartPlan plan) {
  boost::asio::post(io_, [this, name, part, plan = std::move(plan)]() mutable {
    Stream* stream = find(name);
    if (!stream || stream->ending) return;
    look_at_clocks();
    const auto slot = static_cast<std::uint32_t>(name);
    const std::shared_ptr<LogMembers> members = stream->memberships[part].log;
    // The log may have opened, or been reset, since this loop looked.
    const LogView& view = members->state().view;
    if (view.head_position.empty() || plan.generation > view.generation) {
      members->refresh();
      wake(*members);
      stream = find(name);
      if (!stream) return;
    }
    Turn turn(*this, slot, *stream);
    stream->subscription.take_plan(part, std::move(plan), turn.context);
    pump(slot);
    members->state().tally.flush(members->log().topic().probe);
  });
}

void StreamTable::post_page(std::uint64_t name, std::size_t part, Result<PagePtr> page) {
  boost::asio::post(io_, [this, name, part, page = std::move(page)]() mutable {
    Stream* stream = find(name);
    if (!stream || stream->ending) return;
    look_at_clocks();
    const auto slot = static_cast<std::uint32_t>(name);
    const std::shared_ptr<LogMembers> members = stream->memberships[part].log;
    Turn turn(*this, slot, *stream);
    stream->subscription.take_page(part, std::move(page), turn.context);
    pump(slot);
    members->state().tally.flush(members->log().topic().probe);
  });
}

}  // namespace sidestream
