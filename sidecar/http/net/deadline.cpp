#include "sidecar/http/net/deadline.hpp"

#include <utility>

namespace sidestream {

void Deadline::set_interrupt(Clock::duration within) {
  set(within);
  closes_ = false;
}

void Deadline::set(Clock::duration within) {
  closes_ = true;
  interrupted_ = false;
  due_ = Clock::now() + within;
  if (due_ < waits_for_) wait();
}

void Deadline::wait() {
  waits_for_ = due_;
  timer_.expires_at(due_);  // which ends an earlier wait
  timer_.async_wait(
      [weak = std::weak_ptr<Deadline*>(self_)](const boost::system::error_code& error) {
        if (error) return;
        if (const auto self = weak.lock()) (*self)->look();
      });
}

void Deadline::look() {
  waits_for_ = never;
  if (due_ == never) return;
  if (Clock::now() < due_) return wait();
  boost::system::error_code ignored;
  due_ = never;
  if (closes_) {
    socket_.shutdown(Socket::shutdown_both, ignored);
  } else {
    interrupted_ = true;
    socket_.cancel(ignored);
  }
}

}  // namespace sidestream
