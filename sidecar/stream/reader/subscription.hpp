#pragma once
// One client's stream: a state machine without I/O. It reads one log, or several in one stream.
//
//   starting -> (plans known) open, reset and gap blocks -> records, from replay to live -> ended
//
// It ends by itself when all its logs have ended and everything was sent: with stream-end.
//
// Its driver, the event loop, requests the starts and hands in their plans with take_plan(). Then
// it calls step(), does what the output's action says, and reports it before the next step:
//
//   start     begin_restart(), requests that start; take_plan() when the answer arrives
//   fetch     begin_fetch(), requests that page; take_page() at once or when it arrives
//   send_run  finds the run at the cursor and sends it; then sent_run(), if any of it was taken,
//             which says whether the next step would wait
//   send_own  sends the blocks or keeps what is not taken; then sent_own()
//   wait      nothing until a log changes or an answer arrives
//   finish    ends the response
//
// It calls blocked() before it leaves a subscription that has more to send.
//
// Rules kept here: nothing is sent before an announced loss; no block carries an id beyond records
// that were neither sent nor announced; the first block carries an id, because some clients forget
// theirs on a block without one (if the client came without one and the start is unknown: none).
//
// Thread: one event loop.
// Borrows: the loop's views of the logs.

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/stream/log/run.hpp"
#include "sidecar/stream/reader/block_writer.hpp"
#include "sidecar/stream/reader/catch_up.hpp"
#include "sidecar/stream/reader/composer.hpp"
#include "sidecar/stream/reader/log_reader.hpp"

namespace sidestream {

struct SubscriptionOptions {
  bool composite = false;        // ids name their topics (GET /events?topic=...)
  bool control_events = true;    // control events that a client can do without
  bool keeps_breaks = false;     // own blocks say how the lines of their data end
  std::int32_t retry_ms = 3000;  // this connection's
  // The id that the client came with; empty: none. Blocks carry it until the start is known.
  std::string own_id{};
  std::string location{};  // that stream-open tells; empty: none
  // Which records of each part the reader gets; empty: all of all parts.
  std::vector<FilterPtr> filters{};
};

// What one step asks of the event loop.
enum class Action : std::uint8_t { wait, start, fetch, send_run, send_own, finish };

struct Output {
  Action action = Action::wait;
  std::uint32_t part = 0;  // start, fetch
  // send_run: the log's own blocks from `cursor` on, at most up to `limit`.
  std::uint64_t cursor = 0;
  std::uint64_t limit = 0;
  bool live = false;  // its records count in the latency histogram
  // send_own: whole blocks. Valid until the next call.
  std::string_view blocks;
  bool last = false;  // nothing follows
};

class Subscription {
 public:
  Subscription(SubscriptionOptions options, std::span<const LoopView* const> logs);
  Subscription(Subscription&&) = delete;

  std::size_t parts() const { return readers_.size(); }

  // All first plans have come.
  bool has_started() const { return started_; }
  // The answer to the first start of a part, or to a later one.
  void take_plan(std::size_t part, StartPlan plan);
  void take_page(std::size_t part, Result<PagePtr> page);

  // Clears and fills `own`. Its counts are valid after send_own.
  Output step(OwnBlocks& own);
  // Requires: step() gave start, of this part.
  StartRequest begin_restart(std::size_t part);
  // Requires: step() gave fetch, of this part.
  PageRequest begin_fetch(std::size_t part);
  // Requires: step() gave send_own.
  void sent_own();
  // Returns whether nothing follows: the next step would give wait.
  // Requires: step() gave send_run, and `run` begins at its cursor.
  bool sent_run(const Run& run);
  // The loop returns later: the outlet is full, or it is the turn of others.
  void blocked();

  // Adds a control event of its driver, with the id of where the stream is. `body`: its lines.
  void tell(std::string_view body);
  // After a heartbeat's silence: adds a comment or, where the position has moved without an event,
  // stream-cursor.
  void heartbeat();
  // Retries a paused read. Call it once in a while.
  void tick();
  bool is_paused() const { return paused_; }
  // Whether what follows is a replay, at least of one log.
  bool replays() const {
    for (std::size_t part = 0; started_ && part < parts(); ++part)
      if (catch_up_.replays(part, readers_[part])) return true;
    return false;
  }
  // While held, it gives no records of replays; own blocks and live records go on.
  void hold(bool held) { held_ = held; }
  bool is_held() const { return held_; }

  // Of a part's filter; null: it has none.
  const StreamFilter* filter(std::size_t part) const { return readers_[part].filter(); }
  // See LogReader. While the stream catches up, no more parts are parked.
  bool is_parked(std::size_t part) const { return readers_[part].is_parked(); }
  bool park(std::size_t part) {
    return is_parked(part) || (started_ && !catch_up_.active() && readers_[part].park());
  }
  bool unpark(std::size_t part, std::uint64_t sequence) { return readers_[part].unpark(sequence); }

  // Whether it has ended because its logs have.
  bool has_reached_end() const { return reached_end_; }

  // Whether it is at the beginning of a log without a record.
  bool waits_for_first_record() const { return unanswered_ && started_ && !catch_up_.active(); }
  // Ends the stream with stream-end, because no answer came in time.
  void end_unanswered();
  // Ends the stream with stream-shutdown. `retry_ms`: when the client shall reconnect.
  void end(std::string_view reason, std::int64_t retry_ms);

  // Records that the slowest part is behind its log's head; 0 while that is unknown.
  std::uint64_t lag() const {
    std::uint64_t most = 0;
    if (!started_) return most;
    for (const LogReader& reader : readers_) most = std::max(most, reader.lag());
    return most;
  }

 private:
  // What the last step gave and the driver has not reported yet.
  enum class Offered : std::uint8_t { nothing, start, fetch, blocks, composed, run };

  // The stream's own blocks, to append to.
  std::string& blocks();
  bool has_blocks() const { return blocks_ != nullptr; }
  void open();
  void announce_loss(std::size_t part, const StartPlan& plan);
  void fit_to_filter(std::size_t part, StartPlan& plan) const;
  void announce_catch_up();
  void look_for_changes();
  void reset_part(std::size_t part);
  void reach_live();
  void reach_end();
  bool offer_records(Output& out, OwnBlocks& own);
  bool offer_run(Output& out);
  bool offer_composed(Output& out, OwnBlocks& own);
  void offer(Output& out, Action action, Offered offered);
  Composer composer() {
    return {
        {readers_.data(), parts()}, writer_, catch_up_, {control_events_, keeps_breaks_, held_}};
  }
  const std::string& topic(std::size_t part) const {
    return readers_[part].log().topic().settings.name;
  }

  // In place for one topic: a wake walks over thousands of subscriptions.
  boost::container::small_vector<LogReader, 1> readers_;
  std::unique_ptr<std::string> blocks_;  // complete, not sent yet; null: none
  // The members that follow fill its padding: there are many idle subscriptions.
  [[no_unique_address]] CatchUp catch_up_;
  Offered offered_ = Offered::nothing;
  bool started_ = false;
  bool control_events_;
  bool keeps_breaks_;
  bool paused_ = false;  // a recovery found nothing new; tick() tries again
  bool ending_ = false;
  bool held_ = false;
  bool reached_end_ = false;
  bool unanswered_ = false;    // it began where no record was before
  std::uint16_t current_ = 0;  // the part that is read next
  BlockWriter writer_;
  // Until all plans are known.
  struct Starting {
    std::string own_id;
    std::string location;
    std::vector<StartPlan> plans;
    std::unique_ptr<bool[]> known;
    std::size_t missing = 0;
  };
  std::unique_ptr<Starting> starting_;
};

}  // namespace sidestream
