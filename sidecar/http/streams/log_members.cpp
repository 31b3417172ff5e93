#include "sidecar/http/streams/log_members.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::nanoseconds gather_max = 10ms;
// Below this a wake is too cheap to be worth any delay.
constexpr std::chrono::nanoseconds cheap_wake = 200us;

}  // namespace

LogMembers::LogMembers(boost::asio::io_context& io, std::shared_ptr<OpenLog> log, Wake wake)
    : io_(io), log_(std::move(log)), wake_(std::move(wake)), timer_(io) {}

void LogMembers::refresh() {
  state_.parked.head = state_.view.head;
  state_.parked.position = std::move(state_.view.head_position);
  log_->log().view(state_.view);
}

// The flag is cleared before the view is taken, so no change is overlooked.
void LogMembers::changed() noexcept {
  if (posted_.exchange(true, std::memory_order_acq_rel)) return;
  boost::asio::post(io_, [self = shared_from_this()] { self->gather(); });
}

std::chrono::nanoseconds LogMembers::gathering() const {
  const auto& flush = log_->topic().settings.flush;
  if (flush) return *flush;
  return last_took_ < cheap_wake ? 0ns : std::min(last_took_, gather_max);
}

void LogMembers::gather() {
  const auto due = last_wake_ + gathering();
  if (Clock::now() >= due) return deliver();
  timer_.expires_at(due);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code) { self->deliver(); });
}

void LogMembers::deliver() {
  posted_.store(false, std::memory_order_release);
  if (streams_.empty()) return;
  const auto begin = Clock::now();
  refresh();
  wake_(*this);
  last_wake_ = Clock::now();
  took(last_wake_ - begin);
}

}  // namespace sidestream
