#include "sidecar/stream/log/topic_log.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {
namespace {

// The first segment is small: a template has many quiet logs. Segments grow to a sixteenth of the
// log, so that each retirement drops little.
constexpr std::size_t smallest_segment = 1024;
constexpr std::size_t second_segment = 8 * 1024;  // at least: a busy log soon has long runs
constexpr std::size_t largest_segment = 1024 * 1024;
constexpr std::size_t bytes_per_frame = 96;  // a guess that decides how long the index is

}  // namespace

const std::shared_ptr<const Segment>& LogView::segment_of(std::uint64_t sequence) const {
  assert(sequence >= tail && sequence < head);
  const auto after =
      std::upper_bound(segments.begin(), segments.end(), sequence,
                       [](std::uint64_t s, const auto& segment) { return s < segment->first(); });
  return *std::prev(after);
}

std::size_t LogView::frames_in(std::size_t i) const {
  const std::uint64_t end = i + 1 < segments.size() ? segments[i + 1]->first() : head;
  return static_cast<std::size_t>(end - segments[i]->first());
}

Position LogView::position_at(std::uint64_t sequence) const {
  if (sequence == head) return head_position;
  const Segment& segment = *segment_of(sequence);
  Position position = segment.base();
  for (std::size_t i = 0, n = index_of(segment, sequence); i < n; ++i) {
    const Frame& frame = segment.frame(i);
    if (frame.partition >= position.size()) position.resize(frame.partition + 1);
    position[frame.partition] = frame.offset;
  }
  return position;
}

TopicLog::TopicLog(OffsetFormat format, std::uint64_t bytes_max, bool can_end)
    : format_(format), can_end_(can_end), bytes_max_(bytes_max) {}

void TopicLog::open(Position base) {
  const std::lock_guard lock(mutex_);
  assert(!open_);
  open_ = true;
  head_position_ = std::move(base);
}

bool TopicLog::is_open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

std::uint64_t TopicLog::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::uint64_t TopicLog::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void TopicLog::append(const EncodedBatch& batch) {
  const std::lock_guard lock(mutex_);
  for (const auto& item : batch.items()) append_one(batch, item);
  retire_down_to(bytes_max_);
  if (can_end_) note_records(batch);
}

void TopicLog::note_records(const EncodedBatch& batch) {
  const auto& items = batch.items();
  const auto last = std::find_if(items.rbegin(), items.rend(),
                                 [](const auto& item) { return item.mark != EndMark::none; });
  if (last == items.rend() || (newest_known_ && last->offset < newest_)) return;
  newest_known_ = true;
  newest_ends_ = last->mark == EndMark::ends;
  newest_ = last->offset;
}

bool TopicLog::note_newest(std::optional<Offset> offset, bool ends, Offset through) {
  const std::lock_guard lock(mutex_);
  if (!can_end_ || head_position_.size() != 1) return false;
  const bool had_ended = has_ended();
  const Offset newest = offset.value_or(through);
  // Beyond `through` the log may have read others. Before it, what it knew may be trimmed.
  if (newest_known_ && newest < newest_ && through < head_position_.front()) return false;
  newest_known_ = true;
  newest_ends_ = offset && ends;
  newest_ = newest;
  return has_ended() != had_ended;
}

NewestRecord TopicLog::newest() const {
  const std::lock_guard lock(mutex_);
  if (!newest_known_ || head_position_.size() != 1) return {};
  return {true, newest_ends_, newest_, head_position_.front()};
}

// Requires: the lock.
bool TopicLog::has_ended() const {
  return newest_ends_ && head_position_.size() == 1 && head_position_.front() >= newest_;
}

void TopicLog::append_one(const EncodedBatch& batch, const EncodedBatch::Item& item) {
  const auto partition = static_cast<std::size_t>(item.partition);
  if (partition >= head_position_.size()) head_position_.resize(partition + 1);
  // A connector that reads again after a reconnect may deliver records that are here already.
  if (item.offset <= head_position_[partition]) return;
  const Offset before = std::exchange(head_position_[partition], item.offset);
  const std::string_view body = batch.body(item);
  if (!body.empty()) write_id();
  const std::string_view id_line = body.empty() ? std::string_view() : id_line_;
  const HiddenBytes hidden = batch.hidden(item);
  const std::size_t bytes = Segment::frame_size(body.size(), id_line.size()) + hidden.size();
  if (!has_room(bytes)) {
    Position base = head_position_;
    base[partition] = before;
    add_segment(bytes, std::move(base));
  }
  segments_.back()->append(item.kind, item.partition, item.offset, item.time_ms, body, id_line,
                           hidden);
  ++head_;
}

void TopicLog::write_id() {
  id_line_.assign("id: ");
  append_position(id_line_, format_, head_position_);
  id_line_ += '\n';
}

bool TopicLog::has_room(std::size_t bytes) const {
  return !segments_.empty() && segments_.back()->has_room(bytes);
}

// `base`: the position before its first frame, which takes `bytes`.
void TopicLog::add_segment(std::size_t bytes, Position base) {
  const std::size_t largest =
      std::clamp<std::size_t>(bytes_max_ / 16, smallest_segment, largest_segment);
  const std::size_t wanted = segments_.empty()
                                 ? smallest_segment
                                 : std::max(segments_.back()->footprint() * 2, second_segment);
  const std::size_t capacity = std::max(bytes, std::min(wanted, largest));
  // A frame that fills a segment alone needs no long index.
  const std::size_t frames = bytes == capacity ? 1 : capacity / bytes_per_frame;
  auto segment = std::make_shared<Segment>(capacity, frames, head_, std::move(base));
  bytes_ += segment->footprint();
  segments_.push_back(std::move(segment));
  retire_down_to(bytes_max_);
}

void TopicLog::retire_down_to(std::uint64_t bytes) {
  while (segments_.size() > 1 && bytes_ > bytes) retire_first();
}

void TopicLog::retire_first() {
  bytes_ -= segments_.front()->footprint();
  segments_.erase(segments_.begin());
}

void TopicLog::grow(std::size_t partitions) {
  const std::lock_guard lock(mutex_);
  if (partitions > head_position_.size()) head_position_.resize(partitions);
}

void TopicLog::reset(ResetReason reason, Position position) {
  const std::lock_guard lock(mutex_);
  while (!segments_.empty()) retire_first();
  newest_known_ = newest_ends_ = false;
  ++generation_;
  reset_reason_ = reason;
  reset_position_ = position;
  head_position_ = std::move(position);
}

void TopicLog::set_bytes_max(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_max_ = bytes;
  // Unlike an append, this may empty the log: readers at the head lose nothing, others replay.
  while (!segments_.empty() && bytes_ > bytes) retire_first();
}

void TopicLog::view(LogView& out) const {
  const std::lock_guard lock(mutex_);
  out.segments.assign(segments_.begin(), segments_.end());
  out.head = head_;
  out.tail = segments_.empty() ? head_ : segments_.front()->first();
  out.head_position = head_position_;
  out.tail_position = segments_.empty() ? head_position_ : segments_.front()->base();
  out.tail_position.resize(head_position_.size());
  out.ended = has_ended();
  out.end_offset = newest_;
  if (out.generation != generation_) {
    out.generation = generation_;
    out.reset_reason = reset_reason_;
    out.reset_position = reset_position_;
  }
}

TopicLog::Stats TopicLog::stats() const {
  const std::lock_guard lock(mutex_);
  Stats f;
  f.partitions = head_position_.size();
  f.bytes = bytes_;
  f.head = head_;
  f.frames = segments_.empty() ? 0 : head_ - segments_.front()->first();
  if (f.frames > 0) f.oldest_ms = segments_.front()->frame(0).time_ms;
  f.head_position = head_position_;
  f.tail_position = segments_.empty() ? head_position_ : segments_.front()->base();
  return f;
}

}  // namespace sidestream
