#pragma once
// Many clients of one stream on one thread. Each behaves like a browser: it remembers the last id
// of a complete block, resumes from it on any sidecar, and records what it saw. They can be told to
// cut connections, to leave them open unread, and to read slowly or not at all.
//
// Thread: the clients run on a thread of their own; all functions may be called from any other.
// Errors: a broken rule of the wire is recorded in that client's history.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "tests/support/harness/socket.hpp"
#include "tests/support/harness/socket_loop.hpp"
#include "tests/system/faults/history.hpp"
#include "tests/system/faults/journal.hpp"
#include "tests/system/faults/process_runs.hpp"

namespace e2e::faults {

class Client;
class Rights;

class Clients {
 public:
  struct Options {
    int clients = 30;
    std::uint64_t seed = 1;
    std::string target = "/events/t?from=earliest";
    std::vector<Address> sidecars;
    // Further clients, with tokens.
    int with_tokens = 0;
    std::function<std::unique_ptr<Rights>(int)> rights = {};
  };
  Clients(Options options, const Journal& journal, const ProcessRuns& process_runs);
  ~Clients();

  // `salt` alone decides which clients are in a share.
  struct Share {
    int percent = 100;
    std::uint32_t salt = 0;
    bool holds(int client) const;
  };
  void cut(Share share);      // most in the middle of a block
  void abandon(Share share);  // connections stay open unread, and they connect again
  void stall(Share share);    // read nothing
  void slow_down(Share share);
  void read_all();  // ends stall() and slow_down()

  // Every client has its first block.
  bool all_open(Clock::duration within);
  // Every client knows this generation and is at `offset` or later in each of its lanes.
  bool all_stand(int generation, int lanes, Offset offset, Clock::duration within);
  bool all_in(int generation, Clock::duration within);
  bool all_without_tokens_in(int generation, Clock::duration within);
  // Every client has seen the last record before `next` in each lane.
  bool all_have(int generation, const std::vector<std::int64_t>& next, Clock::duration within);
  // Nobody reads by rights of that session.
  bool none_reads(int person, int session, Clock::duration within);
  bool broken() const { return broken_; }
  // The clients that did not meet the last condition of all_...().
  std::string laggards() const;

  void stop();
  // After stop().
  std::vector<History> histories() const;
  std::int64_t connects() const;
  int with_tokens() const { return options_.with_tokens; }

 private:
  using Wanted = std::function<bool(const Client&)>;
  void each(Share share, const std::function<void(Client&)>& action);
  bool all(const Wanted& wanted, Clock::duration within);

  void tend();
  void set_laggards(std::string text);

  const Options options_;
  std::vector<std::unique_ptr<Rights>> rights_;
  std::vector<std::unique_ptr<Client>> clients_;  // the loop's, as what they abandoned
  std::vector<int> abandoned_;
  std::atomic<bool> broken_{false};
  mutable std::mutex mutex_;
  std::string laggards_;
  SocketLoop loop_;  // ends first
};

}  // namespace e2e::faults
