#include "sidecar/stream/reader/subscription.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/reader/closing.hpp"
#include "sidecar/stream/reader/opening.hpp"

namespace sidestream {

Subscription::Subscription(SubscriptionOptions options, std::span<const LoopView* const> logs)
    : control_events_(options.control_events),
      keeps_breaks_(options.keeps_breaks),
      writer_(options.retry_ms),
      starting_(std::make_unique<Starting>()) {
  readers_.reserve(logs.size());
  assert(options.filters.empty() || options.filters.size() == logs.size());
  options.filters.resize(logs.size());
  for (std::size_t part = 0; part < logs.size(); ++part) {
    readers_.emplace_back(*logs[part], std::move(options.filters[part]));
  }
  starting_->own_id = std::move(options.own_id);
  starting_->location = std::move(options.location);
  starting_->plans.resize(parts());
  starting_->known = std::make_unique<bool[]>(parts());
  starting_->missing = parts();
  if (!options.composite) return;
  writer_.make_composite(parts());
  for (std::size_t part = 0; part < parts(); ++part) writer_.set_topic(part, topic(part));
}

std::string& Subscription::blocks() {
  if (!blocks_) blocks_ = std::make_unique<std::string>();
  return *blocks_;
}

// ---- starting ----

void Subscription::take_plan(std::size_t part, StartPlan plan) {
  if (ending_ || plan.outcome != StartOutcome::found) return;
  fit_to_filter(part, plan);
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

// Nobody knows whether the lost records were for a filtered reader.
void Subscription::fit_to_filter(std::size_t part, StartPlan& plan) const {
  if (!filter(part)) return;
  for (Gap& gap : plan.gaps) gap.exact = false;
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
  std::string first;
  if (control_events_) write_open(first, writer_, started, id, starting_->location);
  write_losses(first, writer_, started, id);
  if (!first.empty()) blocks() += first;
  for (std::size_t part = 0; part < parts(); ++part) {
    count_loss(plans[part], readers_[part].log().topic().probe);
    readers_[part].begin(plans[part].position, plans[part].generation);
  }
  if (std::any_of(plans.begin(), plans.end(), [](auto& p) { return p.start != StartKind::live; })) {
    announce_catch_up();
  }
  unanswered_ = parts() == 1 && begins_first(plans[0]);
  starting_.reset();
}

void Subscription::announce_loss(std::size_t part, const StartPlan& plan) {
  write_loss(blocks(), writer_, part, {&topic(part), readers_[part].log().format(), &plan});
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
  writer_.add(blocks(), body, {});
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

void Subscription::take_page(std::size_t part, Result<PagePtr> page) {
  assert(offered_ != Offered::fetch);  // begin_fetch() is missing
  readers_[part].take_page(std::move(page));
}

void Subscription::tick() {
  if (!paused_) return;
  paused_ = false;
  for (LogReader& reader : readers_) reader.resume();
}

// ---- steps ----

Output Subscription::step(OwnBlocks& own) {
  // A run of which nothing was taken is offered again. All else must have been reported.
  assert(offered_ == Offered::nothing || offered_ == Offered::run);
  offered_ = Offered::nothing;
  Output out;
  if (started_ && !ending_) {
    look_for_changes();
    if (!has_blocks() && catch_up_.active()) reach_live();
    if (!has_blocks() && offer_records(out, own)) return out;
    if (!has_blocks()) reach_end();
  }
  if (has_blocks()) {
    own.counts.clear();
    own.replayed = 0;
    offer(out, Action::send_own, Offered::blocks);
    out.blocks = *blocks_;
    out.last = ending_;
  } else if (ending_) {
    out.action = Action::finish;
  }
  return out;
}

void Subscription::reach_live() {
  std::string text;
  composer().reach_live(text);
  if (!text.empty()) blocks() += text;
}

void Subscription::reach_end() {
  const std::span<const LogReader> readers(readers_.data(), parts());
  if (catch_up_.active() || !have_ended(readers)) return;
  ending_ = reached_end_ = true;
  write_end(blocks(), writer_, readers);
}

void Subscription::offer(Output& out, Action action, Offered offered) {
  out.action = action;
  offered_ = offered;
}

bool Subscription::offer_records(Output& out, OwnBlocks& own) {
  return reads_runs({readers_.data(), parts()}, writer_) ? offer_run(out)
                                                         : offer_composed(out, own);
}

bool Subscription::offer_run(Output& out) {
  const LogReader& reader = readers_[0];
  out.limit = catch_up_.limit(reader.view().head);
  if (reader.cursor() >= out.limit || (held_ && !catch_up_.delivers_live())) return false;
  offer(out, Action::send_run, Offered::run);
  out.cursor = reader.cursor();
  out.live = catch_up_.delivers_live();
  return true;
}

bool Subscription::offer_composed(Output& out, OwnBlocks& own) {
  out.part = current_;
  const LogReader::Found found = composer().run(out.part, own);
  current_ = static_cast<std::uint16_t>(out.part);
  switch (found) {
    case LogReader::Found::nothing:
      return false;
    case LogReader::Found::frame:
      offer(out, Action::send_own, Offered::composed);
      out.blocks = own.text;
      return true;
    case LogReader::Found::page:
      offer(out, Action::fetch, Offered::fetch);
      return true;
    case LogReader::Found::start:
      offer(out, Action::start, Offered::start);
      return true;
  }
  return false;
}

// ---- reports of the driver ----

StartRequest Subscription::begin_restart(std::size_t part) {
  assert(offered_ == Offered::start && part == current_);
  offered_ = Offered::nothing;
  return readers_[part].begin_restart();
}

PageRequest Subscription::begin_fetch(std::size_t part) {
  assert(offered_ == Offered::fetch && part == current_);
  offered_ = Offered::nothing;
  return readers_[part].begin_fetch();
}

void Subscription::sent_own() {
  assert(offered_ == Offered::blocks || offered_ == Offered::composed);
  if (offered_ == Offered::blocks) blocks_.reset();
  offered_ = Offered::nothing;
}

bool Subscription::sent_run(const Run& run) {
  LogReader& reader = readers_[0];
  assert(offered_ == Offered::run && run.from == reader.cursor());
  offered_ = Offered::nothing;
  reader.set_cursor(run.to);
  reader.set_moved(run.ends_in_skip);
  return run.to == reader.view().head && !has_blocks() && !ending_ && !catch_up_.active() &&
         !reader.view().ended;
}

void Subscription::blocked() {
  for (LogReader& reader : readers_) {
    reader.release_page();
    reader.save_position();
  }
}

// ---- the stream's own blocks ----

void Subscription::tell(std::string_view body) {
  if (ending_) return;
  writer_.add(blocks(), body, started_ ? composer().id() : starting_->own_id);
}

void Subscription::heartbeat() {
  if (ending_ || has_blocks()) return;
  if (!started_ || !control_events_ || std::ranges::none_of(readers_, &LogReader::moved)) {
    blocks() += ":\n";
    return;
  }
  for (LogReader& reader : readers_) reader.set_moved(false);
  std::string body;
  append_cursor(body);
  writer_.add(blocks(), body, composer().id());
}

void Subscription::end(std::string_view reason, std::int64_t retry_ms) {
  if (ending_) return;
  ending_ = true;
  std::string body;
  append_shutdown(body, reason);
  writer_.add_last(blocks(), body, retry_ms, started_ ? composer().id() : starting_->own_id);
}

void Subscription::end_unanswered() {
  if (ending_) return;
  ending_ = reached_end_ = true;
  write_unanswered(blocks(), writer_, readers_[0], composer().id());
}

}  // namespace sidestream
