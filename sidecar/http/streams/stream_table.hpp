#pragma once
// The event streams of one event loop after their handshake.
//
// It drives the streams: a wake of a log walks over its streams and sends directly (non-blocking);
// only an outlet that is full is waited for. Answers of the broker arrive as posts. One timer
// sweeps over all streams.
//
// Thread: the loop's, except post_plan and post_page (any). It lives until its io_context has
// stopped.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "sidecar/auth/revocation/revocation.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/streams/loop_logs.hpp"
#include "sidecar/http/streams/replay_pace.hpp"
#include "sidecar/http/streams/rights_watch.hpp"
#include "sidecar/http/streams/stream_slots.hpp"
#include "sidecar/http/streams/stream_start.hpp"
#include "sidecar/http/streams/sweep.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

class StreamTable final : public Postbox, public OutletEvents {
 public:
  using Clock = std::chrono::steady_clock;

  // Borrows memory and probe.
  StreamTable(boost::asio::io_context& io, Memory& memory, ServerProbe& probe, Logger log,
              TimeSource clocks = read_clocks, ReplayLimit replay_limit = {});

  // Takes over an outlet whose response head is unsent, and its place among the streams. The head
  // goes out at once with the first blocks, or with a comment while they are unknown. The
  // plans that `start` does not know yet follow by post_plan().
  void add(std::unique_ptr<Outlet> outlet, StreamPlace place,
           const std::shared_ptr<StreamStart>& start, const StreamOptions& options,
           std::unique_ptr<StreamRights> rights = nullptr);

  // Ends all streams, spread over `window`; new ones end at once.
  void drain(std::chrono::milliseconds window);
  // Ends the streams of those who are revoked.
  void revoke(const Revocation& revocation) {
    probe_.access.streams_revoked.add(rights_.revoke(revocation));
  }
  // Closes all streams and stops the sweep.
  void close_all();

  // Looks at all streams. The table's own timer calls it every sweep_interval().
  void sweep();
  std::chrono::milliseconds sweep_interval() const { return sweep_.pace().interval(); }

  void post_plan(std::uint64_t stream, std::size_t part, StartPlan plan) override;
  void post_page(std::uint64_t stream, std::size_t part, Result<PagePtr> page) override;

  void on_writable(std::uint64_t stream) override { go_on(stream, &Stream::waits_writable); }
  void on_readable(std::uint64_t stream) override;

 private:
  void close(std::uint32_t slot, CloseReason reason);

  void wake(LogMembers& members);
  void wake_parked(LogMembers& members);
  void pump(std::uint32_t slot);
  void pump_later(std::uint32_t slot);
  void go_on(std::uint64_t name, bool Stream::*waits);
  Stream::Sent send_limited(Stream& stream, std::uint64_t name);
  void resume_replay(std::uint64_t name);
  void begin(std::uint64_t name, StreamStart::Plans plans);
  void take_plan(std::uint64_t name, std::size_t part, StartPlan plan);
  void take_page(std::uint64_t name, std::size_t part, Result<PagePtr> page);
  void end_now(std::uint32_t slot, CloseReason reason);
  void schedule_sweep();
  void read_time();

  boost::asio::io_context& io_;
  ServerProbe& probe_;
  const Logger log_;
  const TimeSource clocks_;
  LoopTime time_;  // read at the last event, for what need not be exact to the millisecond
  StreamSlots streams_;
  LoopLogs logs_;
  Sweep sweep_;
  SendBuffers buffers_;
  std::vector<FilterIndex::Hit> hits_;  // of one wake
  ReplayPace pace_;
  bool limited_ = false;  // pace_.is_limited() when the time was read
  RightsWatch rights_;
  boost::asio::steady_timer timer_;
  std::uint32_t loggable_ = 0;  // streams that might have been logged
  bool draining_ = false;
  bool closed_ = false;
};

}  // namespace sidestream
