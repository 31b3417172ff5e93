#include "sidecar/stream/subscription.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/stream/event_id.hpp"

namespace sidestream {
namespace {

constexpr std::size_t shared_budget = 64 * 1024;  // of one send of the log's own bytes
constexpr std::size_t compose_budget =
    16 * 1024;  // of one send of bytes made for this reader alone
constexpr std::size_t copied_rest_max =
    4 * 1024;  // a longer rest of a frame pins its segment instead
constexpr std::uint64_t everything = UINT64_MAX;

bool behind(const Position& position, const LogView& view) {
  for (std::size_t p = 0; p < view.head_position.size(); ++p) {
    if ((p < position.size() ? position[p] : Offset{}) < view.head_position[p]) return true;
  }
  return false;
}

std::int64_t count_behind(const Position& position, const LogView& view) {
  std::int64_t n = 0;
  for (std::size_t p = 0; p < view.head_position.size(); ++p) {
    const Offset own = p < position.size() ? position[p] : Offset{};
    if (own < view.head_position[p]) {
      n += static_cast<std::int64_t>(view.head_position[p].value - own.value);
    }
  }
  return n;
}

}  // namespace

void Tally::flush(TopicProbe& probe) {
  if (events > 0) probe.events_sent.add(events);
  if (bytes > 0) probe.bytes_sent.add(bytes);
  if (gaps > 0) probe.gaps.add(gaps);
  if (resets > 0) probe.resets.add(resets);
  *this = {};
}

Subscription::Subscription(SubscriptionOptions options, std::vector<std::shared_ptr<OpenLog>> logs,
                           Memory& memory)
    : options_(options), memory_(memory) {
  readers_.reserve(logs.size());
  for (auto& log : logs) readers_.emplace_back(std::move(log));
  starting_ = std::make_unique<Starting>();
  starting_->plans.resize(logs.size());
  starting_->known.resize(logs.size());
  if (options_.composite) ids_.resize(logs.size());
}

Subscription::~Subscription() { memory_.unpin(outbox_pinned_); }

void Subscription::start(const std::vector<StartRequest>& requests, Postbox& postbox,
                         std::uint64_t stream) {
  for (std::size_t part = 0; part < requests.size(); ++part) {
    readers_[part].log().start(requests[part], [&postbox, stream, part](StartPlan plan) {
      postbox.post_plan(stream, part, std::move(plan));
    });
  }
}

// ---- starting
// ------------------------------------------------------------------------------------------

void Subscription::take_plan(std::size_t part, StartPlan plan, Context& context) {
  if (ending_ || plan.stopped) return;
  LogReader& reader = readers_[part];
  if (!started_) {
    starting_->plans[part] = std::move(plan);
    starting_->known[part] = true;
    const auto& known = starting_->known;
    if (std::all_of(known.begin(), known.end(), [](bool k) { return k; })) open(context);
    return;
  }
  // The log was reset while we asked: the position is of its former life, and step() will say so.
  if (plan.resets != reader.resets()) return;
  const bool news = !plan.gaps.empty() || !plan.reset.empty();
  // Where the broker says that all is there, yet could not read it, we don't ask again at once.
  cooling_ = !news;
  if (cooling_) return;
  announce(part, plan, context);
  reader.begin(std::move(plan.position), plan.resets, context.logs[part]->view);
}

// All starts are known: the first blocks.
void Subscription::open(Context& context) {
  started_ = true;
  auto& plans = starting_->plans;
  for (std::size_t part = 0; part < parts(); ++part) {
    const StartPlan& plan = plans[part];
    const Position& opening = plan.opening ? *plan.opening : plan.position;
    if (options_.composite) ids_[part] = format_position(log(part).format(), opening);
    note_start(part, plan, context.logs[part]->view);
  }
  if (options_.control_events) {
    std::string body;
    std::vector<std::pair<std::string_view, std::string_view>> topics;
    for (std::size_t part = 0; part < parts(); ++part) {
      topics.emplace_back(log(part).topic().settings.name, plans[part].start);
    }
    if (options_.composite) {
      append_open(body, topics);
    } else {
      append_open(body, topics[0].first, topics[0].second);
    }
    // With a reset the client keeps the id that it has: cut here, it must hear of the reset again.
    const bool reset = std::any_of(plans.begin(), plans.end(), [](auto& p) { return !p.opening; });
    const std::string id = reset ? std::string()
                           : options_.composite
                               ? composite_id(0, ids_[0])
                               : format_position(log(0).format(), *plans[0].opening);
    add_block(outbox_, body, id);
  }
  announce_all(plans, context);
  for (std::size_t part = 0; part < parts(); ++part) {
    readers_[part].begin(plans[part].position, plans[part].resets, context.logs[part]->view);
  }
  if (std::any_of(plans.begin(), plans.end(),
                  [](auto& p) { return std::string_view(p.start) != "live"; })) {
    announce_catch_up(context);
  }
  starting_.reset();
}

void Subscription::note_start(std::size_t part, const StartPlan& plan, const LogView& view) {
  bool in_memory = true;
  for (std::size_t p = 0; p < view.tail_position.size() && p < plan.position.size(); ++p) {
    in_memory = in_memory && plan.position[p] >= view.tail_position[p];
  }
  log(part).topic().probe.start(!plan.reset.empty()           ? StartMode::reset
                                : !plan.gaps.empty()          ? StartMode::gap
                                : !in_memory                  ? StartMode::broker
                                : behind(plan.position, view) ? StartMode::memory
                                                              : StartMode::live);
}

// Loss comes before anything else. Of several announcements only the last has an id: cut before it,
// the client must hear of all of them again.
void Subscription::announce_all(const std::vector<StartPlan>& plans, Context& context) {
  std::vector<std::string> bodies;
  std::string id;
  for (std::size_t part = 0; part < parts(); ++part) {
    const StartPlan& plan = plans[part];
    if (!plan.reset.empty() || !plan.gaps.empty()) {
      bodies.push_back(announcement(part, plan, context));
      id = composite_id(part, format_position(log(part).format(), plan.position));
    }
  }
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    add_block(outbox_, bodies[i], i + 1 < bodies.size() ? std::string_view() : id);
  }
}

void Subscription::announce(std::size_t part, const StartPlan& plan, Context& context) {
  const std::string body = announcement(part, plan, context);
  add_block(outbox_, body, composite_id(part, format_position(log(part).format(), plan.position)));
}

std::string Subscription::announcement(std::size_t part, const StartPlan& plan, Context& context) {
  const std::string& topic = log(part).topic().settings.name;
  std::string body;
  if (!plan.reset.empty()) {
    append_reset(body, topic, plan.reset);
    ++context.logs[part]->tally.resets;
    return body;
  }
  append_gap(body, topic, "retention", log(part).format(), plan.gaps);
  ++context.logs[part]->tally.gaps;
  for (const Gap& gap : plan.gaps) {
    if (gap.lost) log(part).topic().probe.gap_records.add(static_cast<std::uint64_t>(*gap.lost));
  }
  return body;
}

void Subscription::announce_catch_up(Context& context) {
  if (catch_up_told_) return;
  bool any = false;
  std::optional<std::int64_t> records = 0;
  for (std::size_t part = 0; part < parts(); ++part) {
    const LogView& view = context.logs[part]->view;
    const Position position = readers_[part].position(view);
    if (!behind(position, view)) continue;
    any = true;
    if (log(part).format() != OffsetFormat::integer) records.reset();
    if (records) *records += count_behind(position, view);
  }
  if (!any) return;
  catch_up_told_ = true;
  live_at_.assign(parts(), everything);
  if (!options_.control_events) return;
  std::string body;
  append_catch_up(body, options_.composite ? std::string_view() : log(0).topic().settings.name,
                  records);
  add_block(outbox_, body, {});
}

// ---- changes of the log under the reader
// -----------------------------------------------------------------

void Subscription::look_for_changes(Context& context) {
  for (std::size_t part = 0; part < parts(); ++part) {
    const LogState& state = *context.logs[part];
    if (readers_[part].resets() != state.view.resets) {
      reset_part(part, context);
    } else if (readers_[part].notice_lag(state.view, state.parked)) {
      log(part).topic().probe.lagged.add();
      announce_catch_up(context);
    }
  }
}

void Subscription::reset_part(std::size_t part, Context& context) {
  const LogView& view = context.logs[part]->view;
  StartPlan plan;
  plan.reset = view.reset_reason;
  plan.position = view.reset_position;
  announce(part, plan, context);
  readers_[part].begin(plan.position, view.resets, view);
}

// The records after this reader's vector are gone from the broker: asks where to go on.
void Subscription::recover(std::size_t part, Context& context) {
  LogReader& reader = readers_[part];
  StartRequest request;
  request.kind = StartRequest::Kind::position;
  request.position = reader.position(context.logs[part]->view);
  reader.restart();
  // Reset meanwhile? Then the view that is on its way says so, and the vector means nothing any
  // more.
  if (log(part).log().resets() != reader.resets()) return;
  log(part).start(std::move(request),
                  [&postbox = context.postbox, stream = context.stream, part](StartPlan plan) {
                    postbox.post_plan(stream, part, std::move(plan));
                  });
}

void Subscription::take_page(std::size_t part, Result<PagePtr> page, Context& context) {
  if (readers_[part].take_page(std::move(page)) == LogReader::Found::gone) recover(part, context);
}

void Subscription::tick(Context& context) {
  if (!cooling_) return;
  cooling_ = false;
  for (std::size_t part = 0; part < parts(); ++part) {
    if (!readers_[part].begun()) recover(part, context);
  }
}

// ---- sending
// -------------------------------------------------------------------------------------------

std::string_view Subscription::step(Context& context) {
  if (started_ && !ending_) look_for_changes(context);
  if (pinned_) {
    offered_ = Offered::pinned;
    return pinned_->rest;
  }
  if (outbox_.empty() && started_ && !ending_) {
    if (caught_up(context)) add_live(outbox_, context);
    if (outbox_.empty()) {
      const bool as_it_lies = parts() == 1 && options_.chunked && !options_.composite &&
                              readers_[0].shared() && retry_told_;
      const std::string_view bytes = as_it_lies ? offer_shared(context) : compose(context);
      if (!bytes.empty()) return bytes;
    }
  }
  offered_ = outbox_.empty() ? Offered::nothing : Offered::outbox;
  return outbox_;
}

// Frames from the cursor on, as far as they lie in one segment and within the budget.
std::string_view Subscription::offer_shared(Context& context) {
  LogReader& reader = readers_[0];
  const LogView& view = context.logs[0]->view;
  const std::uint64_t end = live_at_.empty() ? view.head : std::min(view.head, live_at_[0]);
  while (reader.cursor() < end) {
    const std::uint64_t cursor = reader.cursor();
    const Segment& segment = *view.segment_of(cursor);
    const std::size_t from = view.index_of(segment, cursor);
    const auto i = static_cast<std::size_t>(
        std::upper_bound(view.segments.begin(), view.segments.end(), cursor,
                         [](std::uint64_t s, const auto& g) { return s < g->first(); }) -
        view.segments.begin() - 1);
    const std::size_t most =
        std::min(view.frames_in(i), from + static_cast<std::size_t>(end - cursor));
    std::size_t to = from + 1;
    while (to < most && segment.frame(to).end - segment.frame(from).begin <= shared_budget) ++to;
    const std::string_view bytes = segment.wire(from, to);
    if (bytes.empty()) {  // marks only
      reader.set_cursor(cursor + (to - from));
      reader.set_moved(true);
      continue;
    }
    shared_to_ = cursor + (to - from);
    offered_ = Offered::shared;
    return bytes;
  }
  return {};
}

// Blocks made for this reader alone: while its ids are its own, or its framing is.
std::string_view Subscription::compose(Context& context) {
  std::string& out = context.scratch;
  out.clear();
  std::size_t idle = 0;
  while (out.size() < compose_budget && idle < parts()) {
    const std::size_t part = turn_;
    LogReader& reader = readers_[part];
    NextFrame next;
    const auto found =
        reader.next(context.logs[part]->view, next, context.postbox, context.stream, part);
    if (found == LogReader::Found::frame) {
      compose_frame(part, next, context);
      idle = 0;
    } else {
      if (found == LogReader::Found::gone) recover(part, context);
      ++idle;
      turn_ = (turn_ + 1) % parts();
    }
    if (caught_up(context)) add_live(out, context);
    // Now that a single reader is at the log's cursor, the log's own bytes will do.
    if (parts() == 1 && reader.shared() && options_.chunked && !options_.composite && retry_told_)
      break;
  }
  turn_ = (turn_ + 1) % parts();
  offered_ = Offered::scratch;
  return out;
}

void Subscription::compose_frame(std::size_t part, const NextFrame& next, Context& context) {
  LogReader& reader = readers_[part];
  const Frame& frame = *next.frame;
  LogState& state = *context.logs[part];
  const std::string_view body = next.segment->body(frame);
  const std::string_view line =
      reader.shares_id() ? next.segment->id_line(frame) : std::string_view();
  reader.took();
  if (line.empty()) {
    add_block(context.scratch, body, composite_id(part, id_of(part, state.view)));
  } else {
    const auto id = line.substr(4, line.size() - 5);  // of "id: ...\n"
    add_block(context.scratch, body, options_.composite ? composite_id(part, id) : std::string(id));
  }
  if (frame.kind == FrameKind::gap) {
    ++state.tally.gaps;
  } else {
    ++state.tally.events;
    if (reader.shared() && frame.time_ms > 0) {
      log(part).topic().probe.latency.observe(context.now_ms - frame.time_ms, 1);
    }
  }
  state.tally.bytes += body.size();
}

void Subscription::wrote(std::size_t bytes, Context& context) {
  switch (offered_) {
    case Offered::nothing:
      return;
    case Offered::pinned:
      pinned_->rest.remove_prefix(bytes);
      if (pinned_->rest.empty()) pinned_.reset();
      return;
    case Offered::outbox:
      outbox_.erase(0, bytes);
      if (outbox_.empty()) {
        std::string().swap(outbox_);
        memory_.unpin(std::exchange(outbox_pinned_, 0));
      }
      return;
    case Offered::scratch:
      if (bytes < context.scratch.size())
        keep_rest(std::string_view(context.scratch).substr(bytes));
      return;
    case Offered::shared:
      break;
  }
  LogReader& reader = readers_[0];
  LogState& state = *context.logs[0];
  const auto& segment = state.view.segment_of(reader.cursor());
  const std::size_t from = state.view.index_of(*segment, reader.cursor());
  std::size_t to = from + static_cast<std::size_t>(shared_to_ - reader.cursor());
  const std::uint32_t reached = segment->frame(from).begin + static_cast<std::uint32_t>(bytes);
  while (to > from && segment->frame(to - 1).begin >= reached) --to;  // marks and frames not begun
  if (to == from) return;
  if (bytes == segment->wire(from, to).size()) {
    // Marks behind the last frame that went out whole belong to it.
    while (reader.cursor() + (to - from) < shared_to_ && segment->frame(to).kind == FrameKind::mark)
      ++to;
  }
  std::uint64_t events = 0;
  std::int64_t oldest = 0;
  for (std::size_t i = from; i < to; ++i) {
    const Frame& frame = segment->frame(i);
    if (frame.kind == FrameKind::gap) ++state.tally.gaps;
    if (frame.kind != FrameKind::record) continue;
    ++events;
    if (oldest == 0) oldest = frame.time_ms;
  }
  state.tally.events += events;
  state.tally.bytes += bytes;
  if (oldest > 0 && (live_at_.empty() || live_at_[0] == everything)) {
    log(0).topic().probe.latency.observe(context.now_ms - oldest, events);
  }
  const Frame& last = segment->frame(to - 1);
  reader.set_cursor(reader.cursor() + (to - from));
  reader.set_moved(last.kind == FrameKind::mark);
  if (last.end > reached) {
    const std::string_view rest(segment->data() + reached, last.end - reached);
    if (rest.size() <= copied_rest_max) {
      keep_rest(rest);
    } else {
      pinned_ = std::make_unique<Pinned>(Pinned{segment, rest});
    }
  }
}

void Subscription::keep_rest(std::string_view rest) {
  outbox_.insert(0, rest);
  const auto more = static_cast<std::uint32_t>(outbox_.size());
  memory_.pin(more - outbox_pinned_);
  outbox_pinned_ = more;
}

void Subscription::blocked(Context& context) {
  for (std::size_t part = 0; part < parts(); ++part) {
    readers_[part].let_go();
    readers_[part].save_position(context.logs[part]->view);
  }
}

void Subscription::heartbeat(Context& context) {
  if (ending_ || pinned_ || !outbox_.empty()) return;
  const bool moved =
      std::any_of(readers_.begin(), readers_.end(), [](auto& r) { return r.moved(); });
  if (moved && started_ && options_.control_events) {
    for (LogReader& reader : readers_) reader.set_moved(false);
    std::string body;
    append_cursor(body);
    return add_block(outbox_, body, whole_id(context));
  }
  outbox_ += options_.chunked ? "2\r\n:\n\r\n" : ":\n";
}

void Subscription::end(std::string_view reason, std::int64_t retry_ms) {
  if (ending_) return;
  ending_ = true;
  std::string body;
  append_shutdown(body, reason);
  append_retry(body, retry_ms);
  retry_told_ = true;
  add_block(outbox_, body, {});
  if (options_.chunked) outbox_ += "0\r\n\r\n";
}

// ---- blocks and ids
// ----------------------------------------------------------------------------------------

// Once, when everything that was there at the start has been handed out.
bool Subscription::caught_up(Context& context) {
  if (live_at_.empty()) return false;
  bool all = true;
  for (std::size_t part = 0; part < parts(); ++part) {
    const LogView& view = context.logs[part]->view;
    const LogReader& reader = readers_[part];
    // A reader that has joined the log catches up with where the log ends now.
    if (!reader.joined()) {
      all = false;
    } else {
      if (live_at_[part] == everything) live_at_[part] = view.head;
      all = all && reader.cursor() >= live_at_[part];
    }
  }
  if (all) live_at_.clear();
  return all && !live_told_;
}

void Subscription::add_live(std::string& out, Context& context) {
  live_told_ = true;
  if (!options_.control_events) return;
  std::string body;
  append_live(body, options_.composite ? std::string_view() : log(0).topic().settings.name,
              whole_id(context));
  add_block(out, body, {});
}

std::string Subscription::id_of(std::size_t part, const LogView& view) {
  return readers_[part].id(view);
}

std::string Subscription::composite_id(std::size_t part, std::string_view id) {
  if (!options_.composite) return std::string(id);
  ids_[part] = id;
  std::string out;
  for (std::size_t i = 0; i < parts(); ++i) {
    append_composite(out, log(i).topic().settings.name, ids_[i]);
  }
  return out;
}

std::string Subscription::whole_id(Context& context) {
  std::string id;
  for (std::size_t part = 0; part < parts(); ++part) {
    id = composite_id(part, id_of(part, context.logs[part]->view));
  }
  return id;
}

void Subscription::add_block(std::string& out, std::string_view body, std::string_view id) {
  std::string retry;
  if (!retry_told_) {
    append_retry(retry, options_.retry_ms);
    retry_told_ = true;
  }
  const std::size_t size = body.size() + retry.size() + (id.empty() ? 0 : id.size() + 5) + 1;
  if (options_.chunked) append_chunk_head(out, size);
  out.append(body).append(retry);
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  out += '\n';
  if (options_.chunked) out += "\r\n";
}

std::size_t Subscription::holds() const {
  return outbox_pinned_ +
         (pinned_ && pinned_->segment->retired() ? pinned_->segment->footprint() : 0);
}

std::uint64_t Subscription::lag(std::span<LogState* const> logs) const {
  std::uint64_t most = 0;
  for (std::size_t part = 0; part < parts() && started_; ++part) {
    const LogView& view = logs[part]->view;
    const LogReader& reader = readers_[part];
    const bool in_log = reader.joined() && reader.cursor() >= view.tail;
    const std::uint64_t n =
        in_log ? view.head - reader.cursor()
        : log(part).format() == OffsetFormat::integer
            ? static_cast<std::uint64_t>(count_behind(reader.position(view), view))
            : view.head - view.tail;
    most = std::max(most, n);
  }
  return most;
}

}  // namespace sidestream
