#pragma once
// A thread that serves many non-blocking sockets by epoll. Other threads reach what belongs to it by
// tell().
//
// Thread: start(), stop(), tell(): any; watch(), forget(): the loop's own. Owns neither sockets nor their
// owners, which outlive the loop's end.
// Errors: an exception ends the loop and is told to `failed`.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace e2e {

class SocketLoop {
 public:
  // Who has a socket.
  class Owner {
   public:
    virtual void on_ready(std::uint32_t events) = 0;

   protected:
    ~Owner() = default;
  };
  using Command = std::function<void()>;

  SocketLoop();  // raises the limit of open files to what is allowed
  ~SocketLoop();
  SocketLoop(const SocketLoop&) = delete;
  SocketLoop& operator=(const SocketLoop&) = delete;

  // `tend` is called every 5 ms at least; false ends the loop.
  void start(std::function<bool()> tend, std::function<void(const std::string&)> failed);
  void stop();  // returns when the thread has ended
  // Runs the command before the next turn.
  void tell(Command command);
  // `events`: as for epoll. Called again: other events.
  void watch(int fd, std::uint32_t events, Owner& owner);
  // Before the socket is closed: a process that is just being forked keeps it open for a moment.
  void forget(int fd);

 private:
  void run();
  void turn();

  const int epoll_;
  std::function<bool()> tend_;
  std::function<void(const std::string&)> failed_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // guards the commands
  std::vector<Command> commands_;
  std::thread thread_;
};

}  // namespace e2e
