#include "sidecar/http/streams/replay_pace.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

// A loop whose stream was served lets the other loops go first.
constexpr ReplayPace::Clock::duration politeness = std::chrono::milliseconds(1);
// A reload may change the rate.
constexpr ReplayPace::Clock::duration recheck = std::chrono::seconds(5);

}  // namespace

ReplayPace::ReplayPace(boost::asio::io_context& io, ReplayLimit limit, ServerProbe& probe,
                       TimeSource clocks, std::function<void(std::uint64_t)> resume)
    : limit_(std::move(limit)),
      probe_(probe),
      clocks_(std::move(clocks)),
      resume_(std::move(resume)),
      timer_(io) {}

ReplayPace::Clock::duration ReplayPace::excess(AddressKey address, std::size_t bytes,
                                               Clock::time_point now) {
  return limit_.rate->charge(static_cast<std::uint64_t>(address), static_cast<double>(bytes),
                             static_cast<double>(bytes_per_second()), now);
}

void ReplayPace::charge(AddressKey address, std::size_t bytes, Clock::time_point now) {
  excess(address, bytes, now);
}

bool ReplayPace::wait(AddressKey address, std::uint64_t stream, Clock::time_point now) {
  const auto over = excess(address, 0, now);
  if (over <= Clock::duration::zero()) return false;
  probe_.replay_limit_waits.add();
  limit_.log->delayed("replay_bytes_per_second", address, now);
  const auto [entry, is_first] = waiting_.try_emplace(address);
  entry->second.push_back(stream);
  if (is_first) {
    due_.emplace(now + std::min(over, recheck), address);
    set_timer(now);
  }
  return true;
}

void ReplayPace::resume_due(Clock::time_point now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const AddressKey address = due_.extract(due_.begin()).value().second;
    resume_streams(address, now);
  }
  set_timer(now);
}

// A stream that is resumed may come to wait again: its address is still in waiting_ then.
void ReplayPace::resume_streams(AddressKey address, Clock::time_point now) {
  auto& streams = waiting_.at(address);
  bool served = false;
  while (!streams.empty()) {
    const auto over = is_limited() ? excess(address, 0, now) : Clock::duration::zero();
    if (over > Clock::duration::zero()) {
      const Clock::duration turn = served ? politeness : Clock::duration::zero();
      due_.emplace(now + std::min(over, recheck) + turn, address);
      return;
    }
    const std::uint64_t stream = streams.front();
    streams.pop_front();
    served = true;
    resume_(stream);
  }
  waiting_.erase(address);
}

void ReplayPace::set_timer(Clock::time_point now) {
  if (stopped_ || due_.empty()) return;
  timer_.expires_after(due_.begin()->first - now);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) resume_due(clocks_().now);
  });
}

void ReplayPace::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace sidestream
