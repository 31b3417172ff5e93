#include "sidecar/stream/reader/log_reader.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/reader/opening.hpp"

namespace sidestream {

void LogReader::begin(Position position, std::uint64_t generation) {
  generation_ = generation;
  position.resize(std::max(position.size(), view().head_position.size()));
  replay_from(std::move(position));
}

void LogReader::replay_from(Position position) {
  state_ = State::replaying;
  auto away = std::make_unique<Away>();
  away->position = std::move(position);
  away_ = std::move(away);
}

void LogReader::replay_after_lag() {
  assert(away_ || cursor_ == seen_->previous_head);
  // A reader without a saved position had read everything of the view before.
  replay_from(away_ ? away_->position : seen_->previous_position);
  away_->position.resize(std::max(away_->position.size(), view().head_position.size()));
}

void LogReader::save_position() {
  // A position that was saved earlier is valid: whatever moves the cursor drops it. The view may be
  // newer and no longer contain the cursor.
  if (!shared() || away_) return;
  auto away = std::make_unique<Away>();
  away->position = position();
  away_ = std::move(away);
}

bool LogReader::park() {
  if (is_parked()) return true;
  if (!filter_ || !shared() || cursor_ != view().head || is_outdated()) return false;
  away_.reset();
  state_ = State::parked;
  return true;
}

bool LogReader::unpark(std::uint64_t sequence) {
  assert(sequence >= view().tail || sequence == seen_->previous_head);
  if (state_ != State::parked || sequence < cursor_) return false;
  moved_ = moved_ || cursor_ < sequence;
  cursor_ = sequence;
  state_ = State::joined;
  return true;
}

bool LogReader::replays() const {
  return state_ == State::replaying && !at_or_after(away_->position, view().tail_position);
}

// Enters the topic log. Requires: this reader's vector is at or after the log's tail.
void LogReader::join() {
  state_ = State::joined;
  away_->pages.release();
  cursor_ = away_->splice.join(view(), away_->position);
  if (!spliced()) away_.reset();
}

void LogReader::pass_in_log(const Frame& frame) {
  away_->splice.pass(frame, away_->position);
  ++cursor_;
  if (!spliced()) away_.reset();
}

// Inline: it is called for every record of a replay.
[[gnu::always_inline]] inline bool LogReader::next_in_page(NextFrame& out) {
  const Frame* frame = filter_ ? away_->pages.next(*filter_, away_->position, moved_)
                               : away_->pages.next(away_->position, moved_);
  if (frame) out = {&away_->pages.frames(), frame};
  return frame != nullptr;
}

LogReader::Found LogReader::next(NextFrame& out) {
  if (state_ == State::lost) return Found::start;
  if (!begun() || is_parked()) return Found::nothing;
  if (state_ == State::replaying) {
    if (next_in_page(out)) return Found::frame;
    if (away_->pages.is_waiting()) return Found::nothing;
    if (!at_or_after(away_->position, view().tail_position)) return Found::page;
    join();
  }
  return next_in_log(out) ? Found::frame : Found::nothing;
}

PageRequest LogReader::begin_fetch() {
  assert(state_ == State::replaying);
  Position& position = away_->position;
  const Position& tail = view().tail_position;
  if (position.size() < tail.size()) position.resize(tail.size());
  return away_->pages.request(position, tail);
}

void LogReader::take_page(Result<PagePtr> page) {
  if (state_ != State::replaying) return;
  away_->pages.stop_waiting();
  // A page of another generation: the reset is about to be noticed.
  if (page.has_error() || (*page)->generation != generation_) {
    state_ = State::lost;
  } else {
    away_->pages.enter(std::move(*page), away_->position);
  }
}

StartRequest LogReader::begin_restart() {
  assert(state_ == State::lost);
  state_ = State::starting;
  StartRequest request;
  request.kind = StartRequest::Kind::position;
  request.position = position();
  request.generation = generation_;
  return request;
}

void LogReader::release_page() {
  if (away_) away_->pages.release();
}

bool LogReader::next_in_log(NextFrame& out) {
  const LogView& view = seen_->view;
  while (cursor_ < view.head) {
    const Segment& segment = *view.segment_of(cursor_);
    const Frame& frame = segment.frame(view.index_of(segment, cursor_));
    const bool known = spliced() && Splice::knows(frame, away_->position);
    const bool wanted = filter_ ? filter_->wants(segment, frame) : frame.kind != FrameKind::skip;
    if (!known && wanted) {
      out = {&segment, &frame};
      return true;
    }
    if (!known) moved_ = true;
    if (spliced()) {
      pass_in_log(frame);
    } else {
      set_cursor(cursor_ + 1);
    }
  }
  return false;
}

std::optional<Gap> LogReader::own_gap(const Frame& frame) const {
  const std::size_t p = frame.partition;
  if (filter_) {
    const Position at = position();
    Gap gap = gap_from(p < at.size() ? at[p] : Offset{}, frame);
    gap.exact = false;
    return gap;
  }
  if (!is_loss(frame.kind) || state_ != State::joined || !spliced()) return std::nullopt;
  const Position& logs = away_->splice.log_position();
  if (p >= logs.size()) return std::nullopt;
  const Offset from = away_->position[p];
  if (from == logs[p]) return std::nullopt;
  return gap_from(from, frame);
}

Gap LogReader::gap_from(Offset position, const Frame& frame) const {
  const bool counts = log().format() == OffsetFormat::integer;
  Gap gap{frame.partition, position, frame.offset.next(), std::nullopt,
          frame.kind == FrameKind::loss};
  if (frame.kind == FrameKind::unsendable) {
    gap.requested = frame.offset.previous();
    gap.lost = 1;
  } else if (counts) {
    gap.lost = frame.offset.number() - position.number();
  }
  return gap;
}

std::uint64_t LogReader::lag() const {
  if (is_parked()) return 0;
  if (state_ == State::joined && cursor_ >= view().tail) return view().head - cursor_;
  if (log().format() != OffsetFormat::integer) return view().head - view().tail;
  return static_cast<std::uint64_t>(count_behind(position(), view()));
}

void LogReader::took(const Frame& frame) {
  moved_ = false;
  if (state_ == State::replaying) {
    away_->pages.pass(frame, away_->position);
  } else if (spliced()) {
    pass_in_log(frame);
  } else {
    away_.reset();
    ++cursor_;
  }
}

Position LogReader::position() const {
  if (is_parked()) return view().head_position;
  if (away_ && (state_ != State::joined || spliced())) return away_->position;
  if (cursor_ < view().tail) return away_ ? away_->position : seen_->previous_position;
  return view().position_at(cursor_);
}

std::string LogReader::id() const { return format_position(log().format(), position()); }

}  // namespace sidestream
