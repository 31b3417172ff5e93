#include "sidecar/stream/reader/subscription.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/reader/opening.hpp"

namespace sidestream {
namespace {

constexpr std::size_t compose_budget = 16 * 1024;  // of one send

}  // namespace

Subscription::Subscription(SubscriptionOptions options, std::span<const Source> sources)
    : control_events_(options.control_events),
      writer_(options.retry_ms),
      starting_(std::make_unique<Starting>()) {
  readers_.reserve(sources.size());
  for (const Source& source : sources) readers_.emplace_back(*source.log, *source.seen);
  starting_->own_id = std::move(options.own_id);
  starting_->plans.resize(parts());
  starting_->known = std::make_unique<bool[]>(parts());
  starting_->missing = parts();
  if (!options.composite) return;
  writer_.make_composite(parts());
  for (std::size_t part = 0; part < parts(); ++part) writer_.set_topic(part, topic(part));
}

void Subscription::start(ReplyAddress reply, std::shared_ptr<const void> starts) {
  assert(!reply_.postbox);
  reply_ = reply;
  waiting_ = std::move(starts);
}

// ---- starting ----

void Subscription::take_plan(std::size_t part, StartPlan plan) {
  if (ending_ || plan.outcome != StartOutcome::found) return;
  LogReader& reader = readers_[part];
  if (!started_) {
    starting_->plans[part] = std::move(plan);
    if (!std::exchange(starting_->known[part], true) && --starting_->missing == 0) open();
    return;
  }
  // The log was reset since the request: the plan is of the older generation, and the next step
  // announces the reset.
  if (plan.generation != reader.generation() || reader.begun()) return;
  if (!has_loss(plan)) {
    // The broker holds the records but could not read them: try again later.
    paused_ = true;
    return reader.pause();
  }
  announce_loss(part, plan);
  reader.begin(std::move(plan.position), plan.generation);
}

// All starts are known: writes the first blocks.
void Subscription::open() {
  started_ = true;
  auto& plans = starting_->plans;
  std::vector<StartedPart> started;
  for (std::size_t part = 0; part < parts(); ++part) {
    OpenLog& log = readers_[part].log();
    log.topic().probe.start(start_mode(plans[part], readers_[part].view()));
    started.push_back({&topic(part), log.format(), &plans[part]});
  }
  const std::string id = opening_id(writer_, started, starting_->own_id);
  if (control_events_) write_open(blocks_, writer_, started, id);
  write_losses(blocks_, writer_, started, id);
  for (std::size_t part = 0; part < parts(); ++part) {
    count_loss(plans[part], readers_[part].log().topic().probe);
    readers_[part].begin(plans[part].position, plans[part].generation);
  }
  if (std::any_of(plans.begin(), plans.end(), [](auto& p) { return p.start != StartKind::live; })) {
    announce_catch_up();
  }
  starting_.reset();
  waiting_.reset();
}

void Subscription::announce_loss(std::size_t part, const StartPlan& plan) {
  write_loss(blocks_, writer_, part, {&topic(part), readers_[part].log().format(), &plan});
  count_loss(plan, readers_[part].log().topic().probe);
}

void Subscription::announce_catch_up() {
  if (catch_up_.was_begun()) return;
  const CatchUp::Behind behind = CatchUp::measure({readers_.data(), parts()});
  if (!behind.any) return;
  catch_up_.begin(parts());
  if (!control_events_) return;
  std::string body;
  append_catch_up(body, writer_.composite() ? std::string_view() : topic(0), behind.records);
  writer_.add(blocks_, body, {});
}

// ---- changes of the log under the reader ----

void Subscription::look_for_changes() {
  for (std::size_t part = 0; part < parts(); ++part) {
    LogReader& reader = readers_[part];
    if (reader.is_outdated()) {
      reset_part(part);
    } else if (reader.notice_lag()) {
      reader.log().topic().probe.lagged.add();
      announce_catch_up();
    }
  }
}

void Subscription::reset_part(std::size_t part) {
  const LogView& view = readers_[part].view();
  StartPlan plan;
  plan.reset = view.reset_reason;
  plan.position = view.reset_position;
  announce_loss(part, plan);
  readers_[part].begin(plan.position, view.generation);
}

// The broker no longer has the records after this reader's vector: requests a new start.
void Subscription::recover(std::size_t part) {
  LogReader& reader = readers_[part];
  StartRequest request;
  request.kind = StartRequest::Kind::position;
  request.position = reader.position();
  request.generation = reader.generation();
  reader.restart();
  // After a reset the vector means nothing. The next view says so.
  if (reader.log().topic_log().generation() != reader.generation()) return;
  if (!waiting_) waiting_ = std::make_shared<char>();
  const auto take = [reply = reply_, part](StartPlan plan) {
    reply.postbox->post_plan(reply.stream, part, std::move(plan));
  };
  reader.log().start(std::move(request), {take, waiting_});
}

void Subscription::take_page(std::size_t part, Result<PagePtr> page) {
  if (readers_[part].take_page(std::move(page)) == LogReader::Found::gone) recover(part);
}

void Subscription::tick() {
  if (!paused_) return;
  paused_ = false;
  for (LogReader& reader : readers_) reader.resume();
}

// ---- steps ----

Output Subscription::step(OwnBlocks& own) {
  assert(offered_ != Offered::blocks && offered_ != Offered::composed);  // sent_own() is missing
  Output out;
  offered_ = Offered::nothing;
  if (started_ && !ending_) {
    look_for_changes();
    if (blocks_.empty() && catch_up_.active()) reach_live(blocks_);
    if (blocks_.empty() && reads_runs()) {
      if (offer_run(out)) return out;
    } else if (blocks_.empty()) {
      compose(own);
      if (!own.text.empty()) {
        offered_ = Offered::composed;
        out.action = Action::send_own;
        out.blocks = own.text;
        return out;
      }
    }
  }
  if (!blocks_.empty()) {
    own.counts.clear();
    offered_ = Offered::blocks;
    out.action = Action::send_own;
    out.blocks = blocks_;
    out.last = ending_;
  } else if (ending_) {
    out.action = Action::finish;
  }
  return out;
}

void Subscription::sent_own() {
  assert(offered_ == Offered::blocks || offered_ == Offered::composed);
  if (offered_ == Offered::blocks) std::string().swap(blocks_);
  offered_ = Offered::nothing;
}

void Subscription::sent_run(const Run& run) {
  assert(offered_ == Offered::run && run.from == readers_[0].cursor());
  offered_ = Offered::nothing;
  readers_[0].set_cursor(run.to);
  readers_[0].set_moved(run.ends_in_skip);
}

void Subscription::blocked() {
  for (LogReader& reader : readers_) {
    reader.release_page();
    reader.save_position();
  }
}

// The log's own blocks do for one topic whose ids are the log's.
bool Subscription::reads_runs() const {
  return parts() == 1 && readers_[0].shared() && !writer_.composite() && writer_.retry_written();
}

bool Subscription::offer_run(Output& out) {
  const LogReader& reader = readers_[0];
  out.limit = catch_up_.limit(reader.view().head);
  if (reader.cursor() >= out.limit) return false;
  offered_ = Offered::run;
  out.action = Action::send_run;
  out.cursor = reader.cursor();
  out.live = catch_up_.delivers_live();
  return true;
}

// Composes blocks for this reader alone, while its ids are its own.
void Subscription::compose(OwnBlocks& own) {
  own.text.clear();
  own.counts.assign(parts(), {});
  for (std::size_t idle = 0; own.text.size() < compose_budget && idle < parts();) {
    const std::size_t part = current_;
    NextFrame next;
    const auto found = readers_[part].next(next, reply_, part);
    if (found == LogReader::Found::frame) {
      compose_frame(part, next, own);
      idle = 0;
    } else {
      if (found == LogReader::Found::gone) recover(part);
      ++idle;
      current_ = static_cast<std::uint32_t>((part + 1) % parts());
    }
    if (catch_up_.active()) reach_live(own.text);
    if (reads_runs()) break;
  }
  current_ = static_cast<std::uint32_t>((current_ + 1) % parts());
}

void Subscription::compose_frame(std::size_t part, const NextFrame& next, OwnBlocks& own) {
  LogReader& reader = readers_[part];
  const Frame& frame = *next.frame;
  std::string own_gap;
  if (is_loss(frame.kind)) {
    // The log's block says what readers at the log's place have lost.
    const auto gap = reader.own_gap(frame);
    if (gap) append_gap(own_gap, topic(part), GapReason::retention, reader.log().format(), {*gap});
  }
  const std::string_view body = own_gap.empty() ? next.segment->body(frame) : own_gap;
  const std::string_view line =
      reader.shares_id() ? next.segment->id_line(frame) : std::string_view();
  reader.took();
  // The id of "id: ...\n".
  const std::string id = line.empty() ? reader.id() : std::string(line.substr(4, line.size() - 5));
  writer_.add(own.text, body, writer_.id(part, id));
  Counts& counts = own.counts[part];
  if (is_gap(frame.kind)) {
    ++counts.gaps;
    return;
  }
  ++counts.events;
  if (!reader.shared() || frame.time_ms <= 0) return;
  ++counts.live_events;
  if (counts.oldest_ms == 0) counts.oldest_ms = frame.time_ms;
}

// Announces the end of the catch-up.
void Subscription::reach_live(std::string& out) {
  if (!catch_up_.end_if_live({readers_.data(), parts()}) || !control_events_) return;
  std::string body;
  append_live(body, writer_.composite() ? std::string_view() : topic(0), whole_id());
  writer_.add(out, body, {});
}

// ---- the stream's own blocks ----

void Subscription::heartbeat() {
  if (ending_ || !blocks_.empty()) return;
  const bool moved =
      std::any_of(readers_.begin(), readers_.end(), [](auto& r) { return r.moved(); });
  if (!moved || !started_ || !control_events_) {
    blocks_ += ":\n";
    return;
  }
  for (LogReader& reader : readers_) reader.set_moved(false);
  std::string body;
  append_cursor(body);
  writer_.add(blocks_, body, whole_id());
}

void Subscription::end(std::string_view reason, std::int64_t retry_ms) {
  if (ending_) return;
  ending_ = true;
  std::string body;
  append_shutdown(body, reason);
  writer_.add_last(blocks_, body, retry_ms, started_ ? whole_id() : starting_->own_id);
}

std::string Subscription::whole_id() {
  std::string id;
  for (std::size_t part = 0; part < parts(); ++part) id = writer_.id(part, readers_[part].id());
  return id;
}

std::uint64_t Subscription::lag() const {
  if (!started_) return 0;
  std::uint64_t most = 0;
  for (const LogReader& reader : readers_) most = std::max(most, reader.lag());
  return most;
}

}  // namespace sidestream
