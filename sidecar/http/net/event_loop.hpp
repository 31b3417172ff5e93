#pragma once
// One thread with its own io_context, its own sockets and its own streams. A socket never changes
// its loop.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>

#include "sidecar/http/limits/limits.hpp"
#include "sidecar/http/net/tls/handshake_turns.hpp"
#include "sidecar/http/proxy/proxy.hpp"
#include "sidecar/http/running_config.hpp"
#include "sidecar/http/streams/stream_table.hpp"

namespace sidestream {

class EventLoop {
 public:
  // Borrows all.
  EventLoop(Memory& memory, ServerProbe& probe, const Lifecycle& lifecycle, Quotas& quotas,
            Limits& limits, const ConfigHolder& config, const Logger& log);
  ~EventLoop() { stop(); }

  void run() {
    thread_ = std::thread([this] { io_.run(); });
  }
  // Cuts what is open and joins the thread. Not from the loop itself.
  void stop();

  boost::asio::io_context& io() { return io_; }
  StreamTable& streams() { return streams_; }
  // Thread: the loop's. Valid until the next call: don't keep it over a co_await.
  const RunningConfig& config() { return config_.get(); }
  // Null: there is none.
  const UpstreamSettings* upstream() const { return upstream_ ? &*upstream_ : nullptr; }
  // Requires: there is an upstream.
  Proxy& proxy() { return *proxy_; }
  HandshakeTurns& handshakes() { return handshakes_; }

 private:
  HandshakeTurns handshakes_;  // outlives the coroutines that wait in it
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  LoopConfig config_;
  StreamTable streams_;
  const std::optional<UpstreamSettings> upstream_;  // a reload doesn't change it
  std::optional<Proxy> proxy_;
  std::thread thread_;
};

}  // namespace sidestream
