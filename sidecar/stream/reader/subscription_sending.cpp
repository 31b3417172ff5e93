// The half of a Subscription that finds the next bytes and follows how many the socket took.

#include <algorithm>
#include <utility>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/reader/subscription.hpp"

namespace sidestream {
namespace {

constexpr std::size_t compose_budget =
    16 * 1024;  // of one send of bytes made for this reader alone
constexpr std::size_t copied_rest_max =
    4 * 1024;  // a longer rest of a frame pins its segment instead

}  // namespace

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
  Run& run = context.logs[0]->run;
  while (reader.cursor() < end) {
    if (!run.is_for(reader.cursor(), end)) run = find_run(view, reader.cursor(), end);
    if (!run.bytes.empty()) {
      offered_ = Offered::shared;
      return run.bytes;
    }
    reader.set_cursor(run.to);
    reader.set_moved(true);
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
      next_turn();
    }
    if (caught_up(context)) add_live(out, context);
    // Now that a single reader is at the log's cursor, the log's own bytes will do.
    if (parts() == 1 && reader.shared() && options_.chunked && !options_.composite && retry_told_)
      break;
  }
  next_turn();
  offered_ = Offered::scratch;
  return out;
}

void Subscription::compose_frame(std::size_t part, const NextFrame& next, Context& context) {
  LogReader& reader = readers_[part];
  const Frame& frame = *next.frame;
  LogState& state = *context.logs[part];
  std::string own_gap;
  if (is_loss(frame.kind)) own_gap = own_loss(part, frame);
  const std::string_view body = own_gap.empty() ? next.segment->body(frame) : own_gap;
  const std::string_view line =
      reader.shares_id() ? next.segment->id_line(frame) : std::string_view();
  reader.took();
  if (line.empty()) {
    add_block(context.scratch, body, composite_id(part, id_of(part, state.view)));
  } else {
    const auto id = line.substr(4, line.size() - 5);  // of "id: ...\n"
    add_block(context.scratch, body, options_.composite ? composite_id(part, id) : std::string(id));
  }
  if (is_gap(frame.kind)) {
    ++state.tally.gaps;
  } else {
    ++state.tally.events;
    if (reader.shared() && frame.time_ms > 0) {
      log(part).topic().probe.latency.observe(context.now_ms - frame.time_ms, 1);
    }
  }
  state.tally.bytes += body.size();
}

// The log's block tells what those have lost who stood where the log did; a reader that has come
// with a later position has lost less. Empty: it stood there too.
std::string Subscription::own_loss(std::size_t part, const Frame& frame) const {
  const auto from = readers_[part].ahead_of_log(frame);
  if (!from) return {};
  Gap gap{frame.partition, *from, frame.offset.next(), std::nullopt, frame.kind == FrameKind::loss};
  const OffsetFormat format = log(part).format();
  if (format == OffsetFormat::integer) gap.lost = frame.offset.number() - from->number();
  std::string body;
  append_gap(body, log(part).topic().settings.name, "retention", format, {gap});
  return body;
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
      return wrote_shared(bytes, context);
  }
}

void Subscription::wrote_shared(std::size_t bytes, Context& context) {
  const Run& run = context.logs[0]->run;
  if (bytes < run.bytes.size()) return wrote_part(bytes, context);
  count(run, bytes, context);
  readers_[0].set_cursor(run.to);
  readers_[0].set_moved(run.ends_in_mark);
}

// Frames that were begun count as sent; of the last one the rest is kept.
void Subscription::wrote_part(std::size_t bytes, Context& context) {
  LogReader& reader = readers_[0];
  const LogState& state = *context.logs[0];
  const auto& segment = state.view.segment_of(reader.cursor());
  const std::size_t from = state.view.index_of(*segment, reader.cursor());
  std::size_t to = from + static_cast<std::size_t>(state.run.to - state.run.from);
  const std::uint32_t reached = segment->frame(from).begin + static_cast<std::uint32_t>(bytes);
  while (to > from && segment->frame(to - 1).begin >= reached) --to;  // marks and frames not begun
  if (to == from) return;
  Run part;
  count_frames(*segment, from, to, part);
  count(part, bytes, context);
  reader.set_cursor(reader.cursor() + (to - from));
  reader.set_moved(part.ends_in_mark);
  const Frame& last = segment->frame(to - 1);
  if (last.end == reached) return;
  const std::string_view rest(segment->data() + reached, last.end - reached);
  if (rest.size() <= copied_rest_max) {
    keep_rest(rest);
  } else {
    pinned_ = std::make_unique<Pinned>(segment, rest);
  }
}

void Subscription::count(const Run& run, std::size_t bytes, Context& context) {
  Tally& tally = context.logs[0]->tally;
  tally.events += run.events;
  tally.gaps += run.gaps;
  tally.bytes += bytes;
  if (run.oldest_ms > 0 && (live_at_.empty() || live_at_[0] == until_joined)) {
    tally.late(log(0).topic().probe.latency, context.now_ms - run.oldest_ms, run.events);
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
      if (live_at_[part] == until_joined) live_at_[part] = view.head;
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

}  // namespace sidestream
