#pragma once
// The thread that talks to others about access: key servers, the app that is asked, the log of
// revocations. Event loops never wait in it.
//
// Thread: start-up, but io(). Owns its io_context, which what runs on it must not outlive.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace sidestream {

class AccessThread {
 public:
  AccessThread() : io_(1), work_(io_.get_executor()) {}
  ~AccessThread() { stop(); }
  AccessThread(const AccessThread&) = delete;
  AccessThread& operator=(const AccessThread&) = delete;

  void start() {
    thread_ = std::thread([this] { io_.run(); });
  }
  // Abandons what runs. Who waits on an event loop is never answered: stop the loops first.
  void stop() {
    if (!thread_.joinable()) return;
    io_.stop();
    thread_.join();
  }
  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace sidestream
