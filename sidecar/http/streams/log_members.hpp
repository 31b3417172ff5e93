#pragma once
// One log on one event loop: the loop's view of it and the streams that read it there.
//
// Thread: the loop's, but for changed() and slowest_lag().

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sidecar/stream/open_log.hpp"
#include "sidecar/stream/reader/subscription.hpp"

namespace sidestream {

class LogMembers final : public LogWatch, public std::enable_shared_from_this<LogMembers> {
 public:
  using Wake = std::function<void(LogMembers&)>;

  // `wake` is called on the loop after changes, at most once for all that came meanwhile.
  LogMembers(boost::asio::io_context& io, std::shared_ptr<OpenLog> log, Wake wake);

  OpenLog& log() { return *log_; }
  LogState& state() { return state_; }
  std::vector<std::uint32_t>& streams() { return streams_; }

  // First the watch, then the view: no change falls between.
  void open() {
    log_->watch(*this);
    log_->log().view(state_.view);
  }
  void close() { log_->unwatch(*this); }

  // Takes a new view. Everybody in streams() must be looked at before the next one is taken.
  void refresh();
  // The wake's deliveries took this long: later ones gather for so long (flush: auto).
  void took(std::chrono::nanoseconds duration) { last_took_ = duration; }
  void set_slowest_lag(std::uint64_t lag) { slowest_.store(lag, std::memory_order_relaxed); }

  void changed() noexcept override;
  std::uint64_t slowest_lag() const noexcept override {
    return slowest_.load(std::memory_order_relaxed);
  }

 private:
  void gather();
  void deliver();
  std::chrono::nanoseconds gathering() const;

  boost::asio::io_context& io_;
  std::shared_ptr<OpenLog> log_;
  Wake wake_;
  LogState state_;
  std::vector<std::uint32_t> streams_;  // slots of the stream table
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point last_wake_;
  std::chrono::nanoseconds last_took_{0};
  std::atomic<bool> posted_{false};
  std::atomic<std::uint64_t> slowest_{0};
};

}  // namespace sidestream
