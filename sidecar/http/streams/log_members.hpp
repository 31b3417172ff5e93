#pragma once
// Wakes the streams of one log on one event loop.
//
// Thread: the loop's, except changed() and slowest_lag().

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sidecar/http/streams/filter_index.hpp"
#include "sidecar/http/streams/flush_delay.hpp"
#include "sidecar/http/streams/loop_log.hpp"
#include "sidecar/stream/open_log.hpp"

namespace sidestream {

class LogMembers final : public LogWatch, public std::enable_shared_from_this<LogMembers> {
 public:
  using Wake = std::function<void(LogMembers&)>;

  // Calls `wake` on the loop after changes, once for all changes since the last call.
  LogMembers(boost::asio::io_context& io, std::shared_ptr<OpenLog> log, Memory& memory, Wake wake);

  LoopLog& loop_log() { return log_; }
  // Slots of the streams that are asked after each change: all but those that are parked. The stream
  // table maintains them.
  std::vector<std::uint32_t>& slots() { return slots_; }
  // Of all filtered readers, parked or not.
  FilterIndex& index();
  bool has_filtered() const { return index_ && !index_->empty(); }
  bool empty() const { return slots_.empty() && !has_filtered(); }

  // Watches the log before it takes the first view, so that no change is missed.
  void open() {
    log_.open_log().watch(*this);
    log_.refresh();
  }
  void close() { log_.open_log().unwatch(*this); }

  void set_slowest_lag(std::uint64_t lag) { slowest_.store(lag, std::memory_order_relaxed); }

  void changed() noexcept override;
  std::uint64_t slowest_lag() const noexcept override {
    return slowest_.load(std::memory_order_relaxed);
  }

 private:
  void on_change();
  void deliver();

  boost::asio::io_context& io_;
  LoopLog log_;
  Wake wake_;
  std::vector<std::uint32_t> slots_;
  // Null until they are used: there may be many logs.
  std::unique_ptr<FilterIndex> index_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
  FlushDelay delay_;
  std::atomic<bool> posted_{false};
  std::atomic<std::uint64_t> slowest_{0};
};

}  // namespace sidestream
