#pragma once
// The persons whose rights begin and end during a run: their sessions, which revocations end, and
// the key server of their tokens.
//
// Thread: any, but for the steps, which are the test's.

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "tests/system/faults/journal.hpp"
#include "tests/system/faults/key_server.hpp"

namespace e2e::faults {

class People {
 public:
  static constexpr std::chrono::seconds leeway{1};  // of the sidecars

  // `by_session`: revocations name sessions, for good. Else they name persons, and tokens that are
  // issued later are good: only where all clocks agree.
  explicit People(bool by_session) : by_session_(by_session) {}

  KeyServer& keys() { return keys_; }

  // While they stay in, who is away does not come back.
  void stay_in(bool yes) { in_ = yes; }
  bool stays_in() const { return in_; }

  // Revokes a person's session. Its tokens are the last ones until revoked() and the next sign-in.
  // Returns the record.
  std::string revoke(int person);
  // `at`: when it was certainly written. `generation`: of the log; a broker that loses its data
  // loses revocations too.
  void revoked(int person, Clock::time_point at, int generation);

  // The session of a new token. Nothing: its person is signed out, and not back yet.
  std::optional<int> sign_in(int person) const;
  int newest_session(int person) const;
  // Whether a stream of this session may end, or its token be refused.
  bool may_be_gone(int person, int session) const;
  // Since when no sidecar may let it in.
  std::optional<Clock::time_point> gone_since(int person, int session, int generation) const;

 private:
  struct End {
    int generation = 0;
    Clock::time_point at;
  };
  struct Person {
    int session = 0;
    bool revoking = false;
    Clock::time_point back;    // when she signs in again
    std::map<int, End> ended;  // sessions
  };
  const Person& of(int person) const { return persons_.at(static_cast<std::size_t>(person)); }
  Person& of(int person) { return persons_.at(static_cast<std::size_t>(person)); }

  const bool by_session_;
  std::atomic<bool> in_{false};
  KeyServer keys_;
  mutable std::mutex mutex_;  // guards persons_
  std::array<Person, persons> persons_;
};

std::string session_name(int person, int session);

}  // namespace e2e::faults
