#pragma once
// One subscription's place in one log: replay -> splice -> live. No I/O.
//
//   replaying  records older than the topic log come in pages from the broker, partition by
//   partition joined     a cursor into the topic log; *spliced* while this reader's vector differs
//   from the log's
//              at the cursor (another replica merged the partitions in another order), then
//              *shared*: the log's own id lines are right for it
//
// Invariant: the vector never goes back in any partition, and every frame after the vector is
// handed out once.
//
// Thread: one event loop.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sidecar/stream/log/topic_log.hpp"
#include "sidecar/stream/open_log.hpp"
#include "sidecar/stream/replay/replay.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

// How answers reach a subscription's event loop. Thread: any. `stream` names the subscription.
class Postbox {
 public:
  virtual ~Postbox() = default;
  virtual void post_plan(std::uint64_t stream, std::size_t part, StartPlan plan) = 0;
  virtual void post_page(std::uint64_t stream, std::size_t part, Result<PagePtr> page) = 0;
};

// A frame that is to be sent next, and the segment (kept alive by view or page) that holds it.
struct NextFrame {
  const Segment* segment = nullptr;
  const Frame* frame = nullptr;
};

class LogReader {
 public:
  explicit LogReader(std::shared_ptr<OpenLog> log) : log_(std::move(log)) {}

  OpenLog& log() const { return *log_; }

  // Reads on after `position`, which is of the life `generation`.
  void begin(Position position, std::uint64_t generation, const LogView& view);
  bool begun() const { return state_ >= State::replaying; }
  // A new start is being asked for; nothing is handed out until begin().
  void restart() { state_ = State::starting; }
  // Nothing is handed out until go_on(), which reads again from the same place.
  void rest() { state_ = State::resting; }
  void go_on() {
    if (state_ == State::resting) state_ = State::replaying;
  }
  std::uint64_t generation() const { return generation_; }

  // Call whenever the view may have changed: notices that this reader has lagged. `parked` is where
  // readers stood that had read everything of the view before.
  struct Parked {
    std::uint64_t head = 0;
    Position position;
  };
  bool notice_lag(const LogView& view, const Parked& parked);

  // Whether a frame's own id line, where it has one, is this reader's vector after it. Ask before
  // took().
  bool shares_id() const { return state_ == State::joined ? !spliced() : lone_partition(); }
  // Whether the log's own bytes can be sent as they lie, from cursor() on.
  bool shared() const { return state_ == State::joined && !spliced(); }
  bool joined() const { return state_ == State::joined; }
  std::uint64_t cursor() const { return cursor_; }
  // Everything before `cursor` was sent. Requires: shared().
  void set_cursor(std::uint64_t cursor) {
    cursor_ = cursor;
    away_.reset();
  }
  // Notes the position at the cursor, for a reader that can't go on now and may lag.
  void save_position(const LogView& view);

  // The next frame that has bytes, or none now (then a page may be on its way, as `stream` and
  // `part` of `postbox`). took() hands it out; the reader's vector then includes it.
  enum class Found { frame, nothing, gone };
  Found next(const LogView& view, NextFrame& out, Postbox& postbox, std::uint64_t stream,
             std::size_t part);
  void took();
  // Where this reader stands in the partition of `frame`, if that is beyond where the log stood
  // before the frame. Ask before took().
  std::optional<Offset> ahead_of_log(const Frame& frame) const;
  Found take_page(Result<PagePtr> page);
  // Gives back the page; it is asked for again when the reader goes on.
  void let_go();

  // The reader's vector, and as text.
  Position position(const LogView& view) const;
  std::string id(const LogView& view) const;
  // Whether the vector has moved since the last frame was handed out.
  bool moved() const { return moved_; }
  void set_moved(bool moved) { moved_ = moved; }

 private:
  enum class State : std::uint8_t { starting, resting, replaying, joined };

  // What only readers need that are not simply at the log's cursor.
  struct Away {
    Position position;        // this reader's vector
    Position at_cursor;       // joined: the log's vector at the cursor
    std::size_t differs = 0;  // joined: in how many partitions these two differ. 0: only `position`
                              // is remembered, in case the reader lags
    PagePtr page;             // replaying
    std::size_t index = 0;    // of the next frame in the page
    Partition turn = 0;       // partition that is read now
    bool asked = false;       // a page is on its way
  };

  bool spliced() const { return away_ && away_->differs > 0; }
  // A page's id lines are of the time when the log had one partition: it may be shared since.
  bool lone_partition() const { return away_->position.size() == 1; }
  void replay_from(Position position);
  void join(const LogView& view);
  bool next_in_log(const LogView& view, NextFrame& out);
  bool next_in_page(NextFrame& out);
  bool choose_range(const LogView& view);
  void pass_in_log(const Frame& frame);
  void drop_away_if_equal();

  std::shared_ptr<OpenLog> log_;
  std::uint64_t cursor_ = 0;
  std::uint64_t generation_ = 0;
  std::unique_ptr<Away> away_;
  const Frame* taken_ = nullptr;  // what next() gave out last
  State state_ = State::starting;
  bool moved_ = false;
};

}  // namespace sidestream
