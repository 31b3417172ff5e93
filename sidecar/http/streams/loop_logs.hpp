#pragma once
// The logs that the streams of one event loop read, and which streams read which log.
//
// Thread: the loop's. Borrows memory and the slots.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sidecar/base/rng.hpp"
#include "sidecar/http/streams/log_members.hpp"
#include "sidecar/http/streams/stream_slots.hpp"

namespace sidestream {

class LoopLogs {
 public:
  using Clock = std::chrono::steady_clock;

  // `wake`: see LogMembers.
  LoopLogs(boost::asio::io_context& io, Memory& memory, const StreamSlots& streams,
           LogMembers::Wake wake)
      : io_(io), memory_(memory), streams_(streams), wake_(std::move(wake)) {}
  ~LoopLogs();
  LoopLogs(const LoopLogs&) = delete;
  LoopLogs& operator=(const LoopLogs&) = delete;

  // A stream that will be in `slot` reads these logs, which have been entered. `filters`: of each
  // log, or empty; they live until leave().
  Stream::Memberships join(std::uint32_t slot, const std::vector<std::shared_ptr<OpenLog>>& logs,
                           const std::vector<FilterPtr>& filters);
  // The stream in `slot` leaves its logs.
  void leave(std::uint32_t slot);

  // Parks the filtered readers of the stream that have read everything, and asks the others after
  // each change of their log.
  void settle(std::uint32_t slot);
  // The stream's reader of that log has frames to read. Returns false if it is not parked, or has
  // read them.
  bool unpark(const LogMembers& members, const FilterIndex::Hit& hit);

  // Ends the streams of topics that a reload has removed or changed, spread over a second.
  void end_retired(Clock::time_point now, Rng& rng);
  // Releases what no stream has used since the last call, and measures how far each log's slowest
  // stream is behind. Call it about twice a second.
  void tidy();

 private:
  void enter_slots(std::uint32_t slot, Stream::Membership& membership);
  void leave_slots(std::uint32_t slot, Stream::Membership& membership);
  void measure_lag(LogMembers& members) const;

  boost::asio::io_context& io_;
  Memory& memory_;
  const StreamSlots& streams_;
  const LogMembers::Wake wake_;
  std::unordered_map<const OpenLog*, std::shared_ptr<LogMembers>> logs_;
};

}  // namespace sidestream
