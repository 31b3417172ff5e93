#pragma once
// The event streams of one event loop after their handshake: socket, subscription and a few bytes
// each.
//
// A wake of a log walks its streams and sends directly (non-blocking); only a socket that is full
// is waited for. One sweep timer does heartbeats, deadlines and dead peers for all of them.
//
// Thread: the loop's, but for post_plan and post_page (any). Lives until its io_context has
// stopped.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/container/small_vector.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "sidecar/base/logger.hpp"
#include "sidecar/http/streams/log_members.hpp"
#include "sidecar/http/streams/outlet.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/stream/reader/subscription.hpp"

namespace sidestream {

struct StreamOptions {
  SubscriptionOptions subscription;
  Milliseconds heartbeat{15000};
  RetrySettings retry;
  Milliseconds max_age{0};       // 0: no limit
  std::uint32_t access_log = 0;  // a line for each n-th stream that ends; 0: none
  std::string trace_id;          // of the request; empty: none
};

class StreamTable final : public Postbox, public OutletEvents {
 public:
  using Clock = std::chrono::steady_clock;

  StreamTable(boost::asio::io_context& io, Memory& memory, ServerProbe& probe, Logger log);
  ~StreamTable() override;

  // Takes over an outlet whose response head has been sent and that was counted in
  // ServerProbe::streams. `logs` have been entered; the table leaves them.
  void add(std::unique_ptr<Outlet> outlet, std::vector<std::shared_ptr<OpenLog>> logs,
           const std::vector<StartRequest>& starts, const StreamOptions& options);

  // Ends all streams at block ends, spread over `window`; new ones end at once.
  void drain(std::chrono::milliseconds window);
  // Cuts what is left and stops the sweep.
  void close_all();
  std::size_t size() const { return used_; }

  void post_plan(std::uint64_t stream, std::size_t part, StartPlan plan) override;
  void post_page(std::uint64_t stream, std::size_t part, Result<PagePtr> page) override;

  void on_writable(std::uint64_t stream) override;
  void on_readable(std::uint64_t stream) override;

 private:
  struct Membership {
    std::shared_ptr<LogMembers> log;
    std::uint32_t place;  // in log->streams()
  };
  struct Stream {
    Stream(std::unique_ptr<Outlet> out, SubscriptionOptions o,
           std::vector<std::shared_ptr<OpenLog>> logs, Memory& memory)
        : outlet(std::move(out)), subscription(o, std::move(logs), memory) {}
    std::unique_ptr<Outlet> outlet;
    Subscription subscription;
    boost::container::small_vector<Membership, 1> memberships;
    Clock::time_point began;
    Clock::time_point last_sent;
    Clock::time_point end_at = Clock::time_point::max();  // it is told then; once told: closed
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    boost::asio::ip::address_v6 peer;  // an IPv4 address is a mapped one
    std::unique_ptr<std::string> trace_id;
    std::int32_t retry_least_ms = 0;
    std::int32_t retry_most_ms = 0;
    std::int32_t heartbeat_ms = 15000;
    CloseReason ends_for = CloseReason::drain;
    bool logged = false;
    bool blocked = false;   // waits for the socket to take more
    bool resuming = false;  // gets another turn
    bool told = false;      // that it ends
    bool ending = false;    // all was said; waits for the peer to close
  };
  struct Slot {
    std::unique_ptr<Stream> stream;
    std::uint32_t generation = 0;
  };
  // What a pump needs of a stream, gathered on the stack.
  struct Turn;

  std::uint64_t name_of(std::uint32_t slot) const;
  Stream* find(std::uint64_t name);
  std::uint32_t free_slot();
  void join(std::uint32_t slot, const std::shared_ptr<OpenLog>& log);
  void leave(std::uint32_t slot);
  void close(std::uint32_t slot, CloseReason reason);
  void write_line(std::uint32_t slot, CloseReason reason);

  void wake(LogMembers& log);
  void fetch_ahead(std::uint32_t slot) const;
  void look_at_clocks();
  void pump(std::uint32_t slot);
  void send(std::uint32_t slot, Stream& stream, Turn& turn);
  enum class Sent { all, part, budget, broken };
  Sent push(Stream& stream, Turn& turn);
  void beat(std::uint32_t slot, Stream& stream);
  void resume_later(std::uint32_t slot, Stream& stream);
  void wait_writable(std::uint32_t slot, Stream& stream);
  void finish(Stream& stream);

  void schedule_sweep();
  void sweep();
  void sweep_one(std::uint32_t slot, Clock::time_point now, bool look_at_peers);
  void set_age(Stream& stream, Milliseconds max_age);
  void end_retired();
  void end_within(Stream& stream, CloseReason reason, std::chrono::milliseconds window);
  void tell_end(Stream& stream);
  std::int64_t random_between(std::int64_t least, std::int64_t most);
  void count_lag();

  boost::asio::io_context& io_;
  Memory& memory_;
  ServerProbe& probe_;
  const Logger log_;
  std::uint32_t ended_ = 0;  // streams that might have been logged
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t used_ = 0;
  std::unordered_map<const OpenLog*, std::shared_ptr<LogMembers>> logs_;
  std::string scratch_;
  std::mt19937_64 random_{std::random_device{}()};
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds sweep_every_{250};
  Clock::time_point peers_looked_at_;
  // The time of this turn, for what need not be exact to the millisecond.
  Clock::time_point now_;
  std::int64_t now_ms_ = 0;  // wall clock
  bool draining_ = false;
  bool closed_ = false;
};

}  // namespace sidestream
