#pragma once
// Keeps the replays of each client address within server.limits.replay_bytes_per_second. A stream
// of an address that is beyond it waits here, and the waiting streams of an address take turns.
// Several event loops share the rate; each has a ReplayPace.
//
// Thread: the loop's.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "sidecar/http/client/address_key.hpp"
#include "sidecar/http/limits/rate_limit.hpp"
#include "sidecar/http/limits/refusal_log.hpp"
#include "sidecar/http/streams/loop_time.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

struct ReplayLimit {
  std::function<std::uint64_t()> bytes_per_second;  // 0, or no function: there is no limit
  RateLimit* rate = nullptr;
  RefusalLog* log = nullptr;
};

class ReplayPace {
 public:
  using Clock = std::chrono::steady_clock;

  // `resume` is called with the name of a stream that waited and whose turn it is.
  ReplayPace(boost::asio::io_context& io, ReplayLimit limit, ServerProbe& probe, TimeSource clocks,
             std::function<void(std::uint64_t)> resume);

  bool is_limited() const { return bytes_per_second() > 0; }
  // Counts bytes of a replay that were sent. Requires: is_limited().
  void charge(AddressKey address, std::size_t bytes, Clock::time_point now);
  // Whether the address is beyond its rate. If so, the stream waits. Requires: is_limited(), and the
  // stream does not wait yet.
  bool wait(AddressKey address, std::uint64_t stream, Clock::time_point now);
  // Resumes the streams whose turn it is. Its own timer calls it too.
  void resume_due(Clock::time_point now);
  // Resumes nothing any more.
  void stop();

 private:
  std::uint64_t bytes_per_second() const {
    return limit_.bytes_per_second ? limit_.bytes_per_second() : 0;
  }
  Clock::duration excess(AddressKey address, std::size_t bytes, Clock::time_point now);
  void resume_streams(AddressKey address, Clock::time_point now);
  void set_timer(Clock::time_point now);

  const ReplayLimit limit_;
  ServerProbe& probe_;
  const TimeSource clocks_;
  const std::function<void(std::uint64_t)> resume_;
  boost::asio::steady_timer timer_;
  std::map<AddressKey, std::deque<std::uint64_t>> waiting_;  // streams, by address
  std::set<std::pair<Clock::time_point, AddressKey>> due_;   // each address of waiting_
  bool stopped_ = false;
};

}  // namespace sidestream
