#pragma once
// One subscription's place in one log: replay -> splice -> live. No I/O: it says what it needs.
//
//   starting   waits for begin()
//   replaying  records older than the topic log come in pages from the broker
//   lost       the broker no longer holds what follows: a new start must be requested
//   joined     a cursor into the topic log
//     spliced  this reader's vector differs from the log's at the cursor
//     shared   the vectors are equal: the log's own id lines are right for this reader
//   parked     a filtered reader that has read everything. It stays at the log's head while its
//              loop sees, by an index, that new frames are not for it
//
// A filtered reader passes over the frames that its filter does not want, as over skips.
//
// Invariant: the vector never goes back in any partition, and every frame after the vector is
// delivered once.
//
// Thread: one event loop.
// Borrows: the loop's view of the log.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/open_log.hpp"
#include "sidecar/stream/reader/loop_view.hpp"
#include "sidecar/stream/reader/page_cursor.hpp"
#include "sidecar/stream/reader/splice.hpp"

namespace sidestream {

// The frame to send next, and the segment (kept alive by view or page) that holds it.
struct NextFrame {
  const Segment* segment = nullptr;
  const Frame* frame = nullptr;
};

class LogReader {
 public:
  // `filter` is null: every record is for this reader.
  explicit LogReader(const LoopView& seen, FilterPtr filter = {})
      : seen_(&seen), filter_(std::move(filter)) {}

  OpenLog& log() const { return seen_->log; }
  const LogView& view() const { return seen_->view; }
  const StreamFilter* filter() const { return filter_.get(); }

  // Reads on after `position`, which belongs to the log's `generation`.
  void begin(Position position, std::uint64_t generation);
  bool begun() const { return state_ >= State::replaying; }
  // Delivers nothing until resume(), which reads again from the same place.
  void pause() { state_ = State::paused; }
  void resume() {
    if (state_ == State::paused) state_ = State::replaying;
  }
  std::uint64_t generation() const { return generation_; }

  // Whether the view is of another generation than this reader.
  bool is_outdated() const { return generation_ != view().generation; }
  // Starts to replay where this reader has lagged, and says so. Call whenever the view may have
  // changed.
  bool notice_lag() {
    return state_ == State::joined && cursor_ < view().tail && (replay_after_lag(), true);
  }

  // Whether a frame's own id line, where it has one, is this reader's vector after it. Ask before
  // took().
  bool shares_id() const { return state_ == State::joined ? !spliced() : lone_partition(); }
  // Whether the log's own blocks can be sent unchanged from cursor() on.
  bool shared() const { return state_ == State::joined && !spliced(); }
  bool joined() const { return state_ >= State::joined; }
  // Whether what follows is older than the log.
  bool replays() const;
  std::uint64_t cursor() const { return is_parked() ? view().head : cursor_; }
  // Everything before `cursor` was sent. Requires: shared().
  void set_cursor(std::uint64_t cursor) {
    cursor_ = cursor;
    away_.reset();
  }
  // Saves the position at the cursor, for a reader that can't go on now and may lag.
  void save_position();

  // Parks a filtered reader that has read everything. Returns whether it is parked now. Each frame
  // that the view gains from then on is one that its filter does not want, or leads to unpark().
  bool park();
  bool is_parked() const { return state_ == State::parked; }
  // Continues at `sequence`, before which nothing new is for this reader. Returns false if it is
  // not parked, or has read that frame. Requires: it is in the view, or is the view's previous head.
  bool unpark(std::uint64_t sequence);

  // Finds the next frame that has bytes and is for this reader, or what is missing for it.
  enum class Found {
    frame,
    nothing,  // none now
    page,     // begin_fetch() says which
    start,    // begin_restart() says which
  };
  Found next(NextFrame& out);
  // Moves past `frame`, which next() has found.
  void took(const Frame& frame);
  // The page to request. The reader then waits for take_page(). Requires: next() found `page`.
  PageRequest begin_fetch();
  void take_page(Result<PagePtr> page);
  // The start to request. The reader then waits for begin() or pause(). Requires: next() found
  // `start`.
  StartRequest begin_restart();
  // Releases the page. It is requested again when the reader continues.
  void release_page();

  // The gap of this frame, where the log's block is not right for this reader: it is ahead of the
  // log in that partition and has lost less, or it is filtered, so that nobody knows whether the lost
  // records were for it. Ask before took().
  std::optional<Gap> own_gap(const Frame& frame) const;
  // Whether the log has ended and this reader has read everything.
  bool has_ended() const {
    return view().ended && joined() && cursor() >= view().head && !is_outdated();
  }
  // Records up to the log's head; at least, where offsets don't count records.
  std::uint64_t lag() const;
  // The reader's vector, and as text.
  Position position() const;
  std::string id() const;
  // Whether the vector has moved since the last frame.
  bool moved() const { return moved_ || (is_parked() && cursor_ < view().head); }
  void set_moved(bool moved) {
    moved_ = moved;
    if (is_parked()) cursor_ = view().head;
  }

 private:
  enum class State : std::uint8_t { starting, paused, lost, replaying, joined, parked };

  // Only for readers that are not simply at the log's cursor.
  struct Away {
    Position position;  // this reader's vector
    // joined. Without a difference, only `position` is saved, in case the reader lags.
    Splice splice;
    PageCursor pages;  // replaying
  };

  bool spliced() const { return away_ && away_->splice.differs(); }
  // The id lines of a page are valid only while the log has one partition.
  bool lone_partition() const { return away_->position.size() == 1; }
  void replay_from(Position position);
  void replay_after_lag();
  void join();
  Gap gap_from(Offset position, const Frame& frame) const;
  bool next_in_page(NextFrame& out);
  bool next_in_log(NextFrame& out);
  void pass_in_log(const Frame& frame);

  const LoopView* seen_;
  FilterPtr filter_;
  std::uint64_t cursor_ = 0;  // parked: where it was last noticed
  std::uint64_t generation_ = 0;
  std::unique_ptr<Away> away_;
  State state_ = State::starting;
  bool moved_ = false;
};

}  // namespace sidestream
