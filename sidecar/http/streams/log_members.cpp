#include "sidecar/http/streams/log_members.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace sidestream {

LogMembers::LogMembers(boost::asio::io_context& io, std::shared_ptr<OpenLog> log, Memory& memory,
                       Wake wake)
    : io_(io),
      log_(std::move(log), memory),
      wake_(std::move(wake)),
      delay_(log_.open_log().topic().settings.flush) {}

FilterIndex& LogMembers::index() {
  if (!index_) index_ = std::make_unique<FilterIndex>();
  return *index_;
}

void LogMembers::changed() noexcept {
  if (posted_.exchange(true, std::memory_order_acq_rel)) return;
  boost::asio::post(io_, [self = shared_from_this()] { self->on_change(); });
}

void LogMembers::on_change() {
  const auto due = delay_.due();
  if (FlushDelay::Clock::now() >= due) return deliver();
  if (!timer_) timer_ = std::make_unique<boost::asio::steady_timer>(io_);
  timer_->expires_at(due);
  timer_->async_wait([self = shared_from_this()](boost::system::error_code) { self->deliver(); });
}

void LogMembers::deliver() {
  // The flag is cleared before the view is taken, so that no change is missed.
  posted_.store(false, std::memory_order_release);
  if (empty()) return;
  const auto begin = FlushDelay::Clock::now();
  log_.refresh();
  wake_(*this);
  delay_.delivered(begin, FlushDelay::Clock::now(), posted_.load(std::memory_order_relaxed));
}

}  // namespace sidestream
