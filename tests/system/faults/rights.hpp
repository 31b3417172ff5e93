#pragma once
// The rights of one client with a token: it renews the token, and judges what its sidecar does with
// it. It reads the records of one person, until the token ends or its session is revoked.
//
// Thread: that of Clients. Borrows all of its context.
// Errors: returned as texts; empty: as it must be.

#include <atomic>
#include <chrono>
#include <deque>
#include <random>
#include <string>
#include <string_view>

#include "tests/support/harness/http.hpp"
#include "tests/system/faults/people.hpp"
#include "tests/system/faults/wall_clock.hpp"

namespace e2e::faults {

class Rights {
 public:
  struct Context {
    People& people;
    const Journal& journal;
    const std::deque<WallClock>& clocks;                // of the sidecars
    const std::deque<std::atomic<Clock::rep>>& thawed;  // when each sidecar last was
  };
  Rights(int person, std::uint64_t seed, Context context);

  int person() const { return person_; }
  std::string target() const { return "/people/" + name_of_person(person_) + "?from=earliest"; }

  // A connection begins: what it brings.
  Headers connect(std::size_t sidecar);
  void left() { open_ = false; }
  // On each turn of the loop. `reads`: the client has read all, at once, since the stream opened.
  void look(bool reads);
  bool stays_in() const { return context_.people.stays_in(); }
  // Whether the client leaves now, to come back with a new token.
  bool leaves() const { return open_ && Clock::now() >= leave_at_; }

  std::string take(std::string_view event, std::string_view data);
  std::string refused(const Head& head, std::string_view rest);
  // Whether the sidecar has announced an end of rights, so that it may end the stream.
  bool ended() const { return ended_; }
  // Whether it has an open stream of that session.
  bool reads(int session) const { return open_ && token_.session == session; }

 private:
  struct Token {
    std::string text;
    int session = -1;
    std::int64_t ahead = 0;  // the sidecar's clock when it was signed
    std::int64_t exp = 0;
    Clock::time_point ends;  // with the leeway
  };
  void sign(int session, std::int64_t ahead);
  std::string check_right(std::string_view what) const;
  std::string shut_down(std::string_view data);
  bool clock_jumped() const { return ahead_of(sidecar_) != token_.ahead; }
  std::int64_t ahead_of(std::size_t sidecar) const {
    return context_.clocks[sidecar].ahead_seconds();
  }

  const int person_;
  const Context context_;
  std::mt19937_64 random_;
  Token token_;
  std::size_t sidecar_ = 0;
  bool open_ = false, ended_ = false, reads_ = true;
  Clock::time_point leave_at_ = Clock::time_point::max();
  Clock::time_point looked_;
};

}  // namespace e2e::faults
