#include "sidecar/stream/reader/log_reader.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/reader/opening.hpp"

namespace sidestream {
namespace {

bool at_or_after(const Position& position, const Position& other) {
  for (std::size_t p = 0; p < other.size(); ++p) {
    if ((p < position.size() ? position[p] : Offset{}) < other[p]) return false;
  }
  return true;
}

Offset& entry(Position& position, std::size_t partition) {
  if (partition >= position.size()) position.resize(partition + 1);
  return position[partition];
}

}  // namespace

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
  away->position = view().position_at(cursor_);
  away_ = std::move(away);
}

// Enters the topic log. Requires: this reader's vector is at or after the log's tail.
void LogReader::join() {
  const LogView& view = seen_->view;
  state_ = State::joined;
  Away& away = *away_;
  away.page.reset();
  // An id from another replica may name more partitions than this log knows yet.
  away.position.resize(std::max(away.position.size(), view.head_position.size()));
  // Begin at the newest segment that starts at or before this reader's vector: fewest frames to
  // pass over.
  cursor_ = view.head;
  away.at_cursor = view.head_position;
  if (!at_or_after(away.position, view.head_position)) {
    for (auto segment = view.segments.rbegin(); segment != view.segments.rend(); ++segment) {
      cursor_ = (*segment)->first();
      away.at_cursor = (*segment)->base();
      if (at_or_after(away.position, away.at_cursor)) break;
    }
  }
  away.at_cursor.resize(away.position.size());
  away.differs = 0;
  for (std::size_t p = 0; p < away.position.size(); ++p) {
    if (away.position[p] != away.at_cursor[p]) ++away.differs;
  }
  drop_away_if_equal();
}

void LogReader::drop_away_if_equal() {
  if (away_->differs == 0) away_.reset();
}

// The log's vector moves over `frame`; this reader's follows where it was behind.
void LogReader::pass_in_log(const Frame& frame) {
  Away& away = *away_;
  Offset& own = entry(away.position, frame.partition);
  Offset& logs = entry(away.at_cursor, frame.partition);
  const bool differed = own != logs;
  logs = frame.offset;
  own = std::max(own, frame.offset);
  const bool differs = own != logs;
  if (differs != differed) away.differs += differs ? 1 : -1;
  ++cursor_;
  drop_away_if_equal();
}

LogReader::Found LogReader::next(NextFrame& out, const ReplyAddress& reply, std::size_t part) {
  while (begun()) {
    if (state_ == State::joined) return next_in_log(out) ? Found::frame : Found::nothing;
    if (next_in_page(out)) return Found::frame;
    if (away_->requested) return Found::nothing;
    if (!choose_partition()) {
      join();
      continue;
    }
    const Partition partition = away_->current;
    PagePtr page =
        log_->replay().want(partition, away_->position[partition], view().tail_position[partition],
                            [to = reply, part](Result<PagePtr> ready) {
                              to.postbox->post_page(to.stream, part, std::move(ready));
                            });
    if (!page) {
      away_->requested = true;
      return Found::nothing;
    }
    if (take_page(std::move(page)) == Found::gone) return Found::gone;
  }
  return Found::nothing;
}

// Chooses the next partition, round robin, among those that are older than the topic log.
bool LogReader::choose_partition() {
  const LogView& view = seen_->view;
  Away& away = *away_;
  const std::size_t n = view.tail_position.size();
  if (away.position.size() < n) away.position.resize(n);
  for (std::size_t i = 1; i <= n; ++i) {
    const std::size_t p = (static_cast<std::size_t>(away.current) + i) % n;
    if (away.position[p] < view.tail_position[p]) {
      away.current = static_cast<Partition>(p);
      return true;
    }
  }
  return false;
}

LogReader::Found LogReader::take_page(Result<PagePtr> page) {
  if (state_ != State::replaying) return Found::nothing;
  away_->requested = false;
  if (page.has_error()) return Found::gone;
  // A page of another generation: the reset is about to be noticed.
  if ((*page)->generation != generation_) return Found::gone;
  away_->page = std::move(*page);
  away_->current = away_->page->partition;
  const Segment& frames = *away_->page->frames;
  const Offset own = away_->position[away_->current];
  std::size_t low = 0, high = frames.frames();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (frames.frame(middle).offset <= own) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  away_->index = low;
  return Found::frame;
}

void LogReader::release_page() {
  if (away_) away_->page.reset();
}

bool LogReader::next_in_page(NextFrame& out) {
  Away& away = *away_;
  if (!away.page) return false;
  Offset& own = away.position[away.current];
  const Segment& frames = *away.page->frames;
  while (away.index < frames.frames()) {
    const Frame& frame = frames.frame(away.index);
    if (frame.kind != FrameKind::skip) {
      out = {&frames, taken_ = &frame};
      return true;
    }
    own = std::max(own, frame.offset);
    moved_ = true;
    ++away.index;
  }
  if (away.page->reached > own) {
    own = away.page->reached;
    moved_ = true;
  }
  away.page.reset();
  return false;
}

bool LogReader::next_in_log(NextFrame& out) {
  const LogView& view = seen_->view;
  while (cursor_ < view.head) {
    const Segment& segment = *view.segment_of(cursor_);
    const Frame& frame = segment.frame(view.index_of(segment, cursor_));
    const bool known = spliced() && frame.offset <= entry(away_->position, frame.partition);
    if (!known && frame.kind != FrameKind::skip) {
      out = {&segment, taken_ = &frame};
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
  if (state_ != State::joined || !spliced() || p >= away_->at_cursor.size()) return std::nullopt;
  const Offset from = away_->position[p];
  if (from == away_->at_cursor[p]) return std::nullopt;
  Gap gap{frame.partition, from, frame.offset.next(), std::nullopt, frame.kind == FrameKind::loss};
  if (log_->format() == OffsetFormat::integer) gap.lost = frame.offset.number() - from.number();
  return gap;
}

std::uint64_t LogReader::lag() const {
  if (state_ == State::joined && cursor_ >= view().tail) return view().head - cursor_;
  if (log_->format() != OffsetFormat::integer) return view().head - view().tail;
  return static_cast<std::uint64_t>(count_behind(position(), view()));
}

void LogReader::took() {
  const Frame& frame = *taken_;
  moved_ = false;
  if (state_ == State::replaying) {
    away_->position[away_->current] = frame.offset;
    ++away_->index;
  } else if (spliced()) {
    pass_in_log(frame);
  } else {
    away_.reset();
    ++cursor_;
  }
}

Position LogReader::position() const {
  if (away_ && (state_ != State::joined || away_->differs > 0)) return away_->position;
  if (cursor_ < view().tail) return away_ ? away_->position : seen_->previous_position;
  return view().position_at(cursor_);
}

std::string LogReader::id() const { return format_position(log_->format(), position()); }

}  // namespace sidestream
