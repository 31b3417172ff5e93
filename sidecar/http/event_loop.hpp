#pragma once
// One thread with its own io_context, its own sockets and its own streams. A socket never changes
// its loop.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>

#include "sidecar/http/proxy/proxy.hpp"
#include "sidecar/http/stream_table.hpp"

namespace sidestream {

class EventLoop {
 public:
  EventLoop(Memory& memory, ServerProbe& probe, const ServerSettings& settings, const Log& log);
  ~EventLoop() { stop(); }

  void run() {
    thread_ = std::thread([this] { io_.run(); });
  }
  // Cuts what is open and joins the thread. Not from the loop itself.
  void stop();

  boost::asio::io_context& io() { return io_; }
  StreamTable& streams() { return streams_; }
  // Requires: there is an upstream.
  Proxy& proxy() { return *proxy_; }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  StreamTable streams_;
  std::optional<Proxy> proxy_;
  std::thread thread_;
};

}  // namespace sidestream
