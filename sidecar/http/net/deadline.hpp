#pragma once
// Closes a socket whose peer takes too long, so that what is pending there ends with an error.
//
// To set a deadline is to note it: the timer runs on, and looks when it goes off whether there is a
// later one. So a connection that answers thousands of requests has one timer a minute.
//
// Thread: the socket's loop. Borrows the socket.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "sidecar/http/net/socket.hpp"

namespace sidestream {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(Socket& socket) : socket_(socket), timer_(socket.get_executor()) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Shuts the socket down. It stays open, because its Connection may be in a ConnectionTable.
  void set(Clock::duration within);
  // Ends what is pending with operation_aborted instead, and leaves the socket open.
  void set_interrupt(Clock::duration within);
  void clear() { due_ = never; }
  // set_interrupt() has taken effect, even if nothing was pending just then.
  bool is_interrupted() const { return interrupted_; }

 private:
  static constexpr auto never = Clock::time_point::max();
  void wait();
  void look();

  Socket& socket_;
  boost::asio::steady_timer timer_;
  Clock::time_point due_ = never;
  bool closes_ = true;
  bool interrupted_ = false;
  Clock::time_point waits_for_ = never;
  // Gone with this: a wait that ends just then must not look.
  std::shared_ptr<Deadline*> self_ = std::make_shared<Deadline*>(this);
};

}  // namespace sidestream
