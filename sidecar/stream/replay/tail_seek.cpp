#include "sidecar/stream/replay/tail_seek.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sidestream {

TailSeek::TailSeek(Connector& connector, std::shared_ptr<Replay> replay, std::string log,
                   LogExtent extent, std::int64_t wanted, Done done)
    : connector_(connector),
      replay_(std::move(replay)),
      log_(std::move(log)),
      extent_(std::move(extent)),
      wanted_(wanted),
      done_(std::move(done)) {}

void TailSeek::run() {
  assert(found_.empty());
  next_partition();
}

void TailSeek::next_partition() {
  if (found_.size() == extent_.partitions.size()) return done_(found_);
  const Extent& held = extent_.partitions[found_.size()];
  // Without a leader there is no end to search back from.
  const auto partition = static_cast<Partition>(found_.size());
  if (std::ranges::find(extent_.unknown, partition) != extent_.unknown.end())
    return done_(make_error_code(Errc::unavailable));
  if (wanted_ == 0 || held.first > held.last) {
    found_.push_back(held.last);
    return next_partition();
  }
  step_ = wanted_;
  step_back();
}

void TailSeek::step_back() {
  const auto partition = static_cast<Partition>(found_.size());
  connector_.back(log_, partition, extent_.partitions[found_.size()].last, step_,
                  [self = shared_from_this()](Result<Offset> position) {
                    if (!position) return self->done_(position.error());
                    self->read_from(*position);
                  });
}

void TailSeek::read_from(Offset position) {
  from_ = at_ = std::max(position, extent_.partitions[found_.size()].floor);
  deliverable_.clear();
  read_on();
}

// Loops over cached pages; a page that must be read calls it again.
void TailSeek::read_on() {
  const Offset last = extent_.partitions[found_.size()].last;
  while (at_ < last) {
    const PagePtr page = replay_->want(static_cast<Partition>(found_.size()), at_, last,
                                       [self = shared_from_this()](Result<PagePtr> ready) {
                                         if (!ready) return self->done_(ready.error());
                                         self->take(**ready);
                                         self->read_on();
                                       });
    if (!page) return;
    take(*page);
  }
  finish_partition();
}

// A page may begin before `at_` and end after the last record of the extent.
void TailSeek::take(const Page& page) {
  const Offset last = extent_.partitions[found_.size()].last;
  for (std::size_t i = 0; i < page.frames->frames(); ++i) {
    const Frame& frame = page.frames->frame(i);
    if (frame.kind != FrameKind::record || frame.offset <= at_ || frame.offset > last) continue;
    deliverable_.push_back(frame.offset);
    if (static_cast<std::int64_t>(deliverable_.size()) > wanted_) deliverable_.pop_front();
  }
  at_ = std::max(at_, page.reached);
}

// Fewer than `wanted` are enough where nothing older is held.
void TailSeek::finish_partition() {
  const bool enough = static_cast<std::int64_t>(deliverable_.size()) == wanted_;
  if (!enough && from_ > extent_.partitions[found_.size()].floor) {
    step_ *= 4;
    return step_back();
  }
  found_.push_back(enough ? deliverable_.front().previous() : from_);
  next_partition();
}

}  // namespace sidestream
