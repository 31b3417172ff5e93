#pragma once
// One client's stream: a state machine without I/O. It reads one log, or several in one stream.
//
//   starting -> (plans known) open, reset and gap blocks -> records, from replay to live -> ended
//
// The event loop that owns it calls step(), sends what it says and reports with wrote(). Answers of
// the broker arrive through the Postbox; the loop hands them in with take_plan() and take_page().
//
// Rules kept here: `id:` is the last line of a block; a block is written whole; nothing is sent
// before an announced loss is; no block carries an id beyond records that were neither sent nor
// announced.
//
// Thread: one event loop. Borrows nothing; the views and tallies in Context belong to the loop.

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/stream/log/run.hpp"
#include "sidecar/stream/reader/log_reader.hpp"

namespace sidestream {

// What was sent of one log, counted by the loop and handed to the topic's probe once a turn.
struct Tally {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t gaps = 0;
  std::uint64_t resets = 0;

  // Counts in the latency histogram, with all that were as late at once.
  void late(LatencyProbe& latency, std::int64_t milliseconds, std::uint64_t n);
  void flush(TopicProbe& probe);

 private:
  std::int64_t late_ms_ = 0;
  std::uint64_t late_events_ = 0;
};

// What the loop knows of one log.
struct LogState {
  LogView view;
  LogReader::Parked parked;
  Run run;
  Tally tally;
};

struct SubscriptionOptions {
  bool chunked = true;           // HTTP/1.1; HTTP/1.0 gets the bare blocks
  bool composite = false;        // ids name their topics (GET /events?topic=...)
  bool control_events = true;    // the courtesies
  std::int32_t retry_ms = 3000;  // this connection's
};

class Subscription {
 public:
  struct Context {
    std::span<LogState* const> logs;  // one for each part, in order
    Postbox& postbox;
    std::uint64_t stream;  // this subscription's name at the postbox
    std::string& scratch;  // reused by the loop; overwritten by step()
    std::int64_t now_ms;   // wall clock
  };

  Subscription(SubscriptionOptions options, std::vector<std::shared_ptr<OpenLog>> logs,
               Memory& memory);
  ~Subscription();
  Subscription(Subscription&&) = delete;

  std::size_t parts() const { return readers_.size(); }
  OpenLog& log(std::size_t part) const { return readers_[part].log(); }

  // Asks for the starts. Once.
  void start(const std::vector<StartRequest>& requests, Postbox& postbox, std::uint64_t stream);
  void take_plan(std::size_t part, StartPlan plan, Context& context);
  void take_page(std::size_t part, Result<PagePtr> page, Context& context);

  // Bytes to send now; empty: nothing until something happens. Valid until the next call. After
  // sending, call wrote() with how much the socket took, once for each step() that gave bytes.
  std::string_view step(Context& context);
  void wrote(std::size_t bytes, Context& context);
  // The socket took less than was offered and it may be long until it takes more.
  void blocked(Context& context);

  // After a heartbeat's silence: the two bytes, or where the position has moved unseen,
  // stream-cursor.
  void heartbeat(Context& context);
  // After a log has changed, before its next change is looked at.
  void look_around(Context& context) {
    if (started_ && !ending_) look_for_changes(context);
  }
  // Once in a while: what could not go on tries again.
  void tick();
  bool cooling() const { return cooling_; }
  // Ends at the next block's end with stream-shutdown. `retry_ms`: when to come back.
  void end(std::string_view reason, std::int64_t retry_ms);
  // All was sent and the stream is over.
  bool ended() const { return ending_ && outbox_.empty() && !pinned_; }

  bool started() const { return started_; }
  // Bytes that wait in this subscription alone, or pin a retired segment.
  std::size_t holds() const;
  // Records that the slowest part is behind its log's head; 0 while it can't be known.
  std::uint64_t lag(std::span<LogState* const> logs) const;

 private:
  struct Pinned {  // the rest of a half-sent frame
    Pinned(std::shared_ptr<const Segment> sent, std::string_view what)
        : segment(std::move(sent)), rest(what) {}
    Segment::Pin segment;
    std::string_view rest;
  };
  static constexpr std::uint64_t until_joined = UINT64_MAX;  // in live_at_: not known before
  enum class Offered : std::uint8_t { nothing, pinned, outbox, scratch, shared };

  void open(Context& context);
  void announce_all(const std::vector<StartPlan>& plans, Context& context);
  void announce(std::size_t part, const StartPlan& plan, Context& context);
  std::string announcement(std::size_t part, const StartPlan& plan, Context& context);
  void announce_catch_up(Context& context);
  void note_start(std::size_t part, const StartPlan& plan, const LogView& view);
  void look_for_changes(Context& context);
  void reset_part(std::size_t part, Context& context);
  void recover(std::size_t part, Context& context);
  std::string_view offer_shared(Context& context);
  void wrote_shared(std::size_t bytes, Context& context);
  void wrote_part(std::size_t bytes, Context& context);
  void count(const Run& run, std::size_t bytes, Context& context);
  std::string_view compose(Context& context);
  void compose_frame(std::size_t part, const NextFrame& next, Context& context);
  std::string own_loss(std::size_t part, const Frame& frame) const;
  bool caught_up(Context& context);
  void next_turn() { turn_ = static_cast<std::uint32_t>((turn_ + 1) % parts()); }
  void add_live(std::string& out, Context& context);

  std::string composite_id(std::size_t part, std::string_view id);
  std::string id_of(std::size_t part, const LogView& view);
  std::string whole_id(Context& context);
  // Appends `body` and the id (empty: none) as one block.
  void add_block(std::string& out, std::string_view body, std::string_view id);
  void keep_rest(std::string_view rest);

  const SubscriptionOptions options_;
  Memory& memory_;
  // In place for one topic: a wake walks over thousands of subscriptions, each of which is a
  // cache miss already.
  boost::container::small_vector<LogReader, 1> readers_;
  std::string outbox_;  // blocks of this subscription alone, or the rest of one
  std::unique_ptr<Pinned> pinned_;
  // Until all plans are known.
  struct Starting {
    std::vector<StartPlan> plans;
    std::vector<bool> known;
  };
  std::unique_ptr<Starting> starting_;
  std::unique_ptr<std::string[]> ids_;  // composite only: each part's
  std::vector<std::uint64_t> live_at_;  // catching up: the sequence where each part is live
  std::uint32_t turn_ = 0;              // the part that is read next
  std::uint32_t outbox_pinned_ = 0;     // of outbox_, counted in memory_
  Offered offered_ = Offered::nothing;
  bool started_ = false;
  bool retry_told_ = false;
  bool catch_up_told_ = false;
  bool live_told_ = false;
  bool cooling_ = false;  // a recovery brought nothing new; tick() tries again
  bool ending_ = false;
};

}  // namespace sidestream
