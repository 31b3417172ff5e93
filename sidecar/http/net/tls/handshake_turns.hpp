#pragma once
// Lets few steps of handshakes run in one pass of an event loop over what is ready. A step costs up to
// a millisecond and more; between two passes the loop does everything else that it has to do. So a
// storm of handshakes delays open streams by little.
//
// Thread: the loop's.

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <list>

#include "sidecar/http/net/awaitable.hpp"

namespace sidestream {

class HandshakeTurns {
 public:
  static constexpr std::size_t steps_per_pass = 2;

  HandshakeTurns() = default;
  HandshakeTurns(const HandshakeTurns&) = delete;
  HandshakeTurns& operator=(const HandshakeTurns&) = delete;

  // Completes when one step may run, in the order of the calls.
  Awaitable<void> next();

 private:
  using Executor = boost::asio::io_context::executor_type;
  // Takes itself out when the waiting coroutine ends early.
  struct Waiting;

  void refill_after_pass(const Executor& executor);
  void refill(const Executor& executor);

  std::size_t left_ = steps_per_pass;
  bool refills_ = false;  // a refill was posted
  std::list<Waiting*> waiting_;
};

}  // namespace sidestream
