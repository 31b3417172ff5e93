#pragma once
// One long poll: it collects what a stream of NDJSON sends and is over as soon as there is
// something. To the stream table it is an outlet (outlet()) like any other.
//
//   the first events have come, or expire() was called -> the outlet asks for the end of the stream
//   -> the table ends it, which tells the position -> is_over()
//
// Events beyond the bounds of one answer are dropped: the next poll begins before them. So are those
// that a budget of all answers has no room for, which a slow client would keep in memory.
//
// Thread: one event loop. Borrows the io_context.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sidecar/http/limits/byte_budget.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/streams/outlet.hpp"

namespace sidestream {

class Poll final : public std::enable_shared_from_this<Poll> {
 public:
  static constexpr std::size_t events_max = 1000;
  static constexpr std::size_t bytes_max = 1024 * 1024;  // of events; a single one may be larger

  // `id`: the client's; empty: none. `held`: grows with the answer, and lives as long as the poll.
  Poll(boost::asio::io_context& io, std::string id, HeldBytes held)
      : io_(io), timer_(io), held_(std::move(held)), next_(std::move(id)) {}

  // What the stream table gets, once. The poll is over when it is dropped.
  std::unique_ptr<Outlet> outlet();

  // Waits until the poll is over: when events have come, or nothing came for `time`, or the stream
  // has ended for another reason. A replay that is under way after that time may take a while more.
  Awaitable<void> wait(std::chrono::milliseconds time);
  // The client has left: the poll is over.
  void leave();
  bool was_left() const { return left_; }

  // There are events, but no room for any.
  bool has_no_room() const { return no_room_ && count_ == 0; }

  // {"events":[...],"next":"<id>"}; "next" is null if no id is known. Call it once.
  std::string take_answer();

 private:
  class Feed;  // the outlet

  void take(std::string_view lines);
  bool take_line(std::string_view line);
  void ask_for_end();
  void end_soon();
  void set_over();

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  OutletEvents* stream_events_ = nullptr;  // null: no outlet
  std::uint64_t stream_ = 0;
  HeldBytes held_;
  std::string events_;  // lines with commas between them
  std::size_t count_ = 0;
  std::string next_;
  bool full_ = false;
  bool no_room_ = false;
  bool replays_ = false;
  bool time_is_up_ = false;
  bool enough_ = false;
  bool over_ = false;
  bool left_ = false;
};

}  // namespace sidestream
