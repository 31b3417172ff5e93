#include "sidecar/stream/replay/tail_seek.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream {
namespace {

// Redis walks over them, and nobody can stop it meanwhile.
constexpr std::int64_t step_most = 65536;
// Of each partition: how far it looks back for records that a filter wants.
constexpr std::int64_t filtered_most = 100'000;

}  // namespace

TailSeek::TailSeek(Connector& connector, std::shared_ptr<Replay> replay, std::string log,
                   LogExtent extent, std::int64_t wanted, FilterPtr filter,
                   std::function<bool()> is_wanted, Done done)
    : connector_(connector),
      replay_(std::move(replay)),
      log_(std::move(log)),
      extent_(std::move(extent)),
      wanted_(wanted),
      filter_(std::move(filter)),
      is_wanted_(std::move(is_wanted)),
      done_(std::move(done)) {}

void TailSeek::run() {
  assert(found_.empty() && wanted_ > 0 && extent_.unknown.empty());
  next_partition();
}

void TailSeek::next_partition() {
  if (found_.size() == extent_.partitions.size()) return done_(found_);
  if (held().first > held().last) return settle(held().last);
  step_ = std::min(wanted_, step_most);
  until_ = held().last;
  seen_ = 0;
  newest_ = NewestRecords(wanted_);
  step_back();
}

void TailSeek::step_back() {
  if (!is_wanted_()) return stop();
  if (filter_) step_ = std::min(step_, filtered_most - seen_);
  connector_.back(log_, partition(), until_, step_,
                  [self = shared_from_this()](Result<Offset> position) {
                    if (!position) return self->done_(position.error());
                    self->read_from(*position);
                  });
}

void TailSeek::read_from(Offset position) {
  from_ = at_ = std::max(position, held().floor);
  // What is older was removed meanwhile.
  if (from_ >= until_) return settle(until_);
  read_on();
}

// Loops over cached pages; a page that must be read calls it again.
void TailSeek::read_on() {
  while (at_ < until_) {
    if (!is_wanted_()) return stop();
    const PagePtr page =
        replay_->want(partition(), at_, until_, [self = shared_from_this()](Result<PagePtr> ready) {
          if (!ready) return self->done_(ready.error());
          self->take(**ready);
          self->read_on();
        });
    if (!page) return;
    take(*page);
  }
  finish_stretch();
}

// A page may begin before `at_` and end after `until_`.
void TailSeek::take(const Page& page) {
  for (std::size_t i = 0; i < page.frames->frames(); ++i) {
    const Frame& frame = page.frames->frame(i);
    if (frame.offset <= at_ || frame.offset > until_) continue;
    if (!skip_) ++seen_;
    if (!counts(page, frame)) continue;
    if (!skip_) {
      newest_.add(frame.offset);
    } else if ((*skip_)-- == 0) {
      answer_ = frame.offset.previous();
    }
  }
  at_ = answer_ ? until_ : std::max(at_, page.reached);
}

bool TailSeek::counts(const Page& page, const Frame& frame) const {
  return frame.kind == FrameKind::record && (!filter_ || filter_->wants(*page.frames, frame));
}

// Fewer than wanted are enough where nothing older is held or looked at.
void TailSeek::finish_stretch() {
  if (skip_) return settle(answer_.value_or(until_));
  if (newest_.enough()) {
    const Offset begin = newest_.begin().previous();
    if (newest_.skip() == 0) return settle(begin);
    skip_ = newest_.skip();
    at_ = begin;
    return read_on();
  }
  if (from_ <= held().floor || (filter_ && seen_ >= filtered_most)) return settle(from_);
  // The newest records of the older stretch are wanted, as many as are missing.
  newest_ = NewestRecords(newest_.missing());
  until_ = from_;
  step_ = std::min(step_ * 4, step_most);
  step_back();
}

void TailSeek::settle(Offset position) {
  found_.push_back(position);
  skip_.reset();
  answer_.reset();
  next_partition();
}

}  // namespace sidestream
