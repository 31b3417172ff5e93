#pragma once
// Many clients of one stream on one thread, each as a browser would be: it remembers the last id of
// a whole block, comes back with it, to whichever sidecar, and keeps what it saw. They can be made
// to cut, to leave connections open without reading them, to read slowly or not at all.
//
// Thread: the clients live on a thread of their own; all functions may be called from any other.
// Errors: what breaks a rule of the wire stands in that client's history.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/harness/socket.hpp"
#include "tests/system/faults/history.hpp"
#include "tests/system/faults/journal.hpp"

namespace e2e::faults {

class Fleet {
 public:
  struct Options {
    int clients = 30;
    std::uint64_t seed = 1;
    std::string target = "/events/t?from=earliest";
    std::vector<Address> sidecars;
  };
  Fleet(Options options, const Journal& journal);
  ~Fleet();

  // Which clients a share of them means is decided by `salt` alone.
  struct Share {
    int percent = 100;
    std::uint32_t salt = 0;
    bool holds(int client) const;
  };
  void cut(Share share);      // most in the middle of a block
  void abandon(Share share);  // the connection stays open, nobody reads it, they come anew
  void stall(Share share);    // read nothing
  void slow_down(Share share);
  void read_all();  // stalled and slow ones as before

  // Every client has its first block.
  bool all_open(Clock::duration within);
  // Every client has heard of this life and stands at `offset` or later in each of its lanes.
  bool all_stand(int life, int lanes, Offset offset, Clock::duration within);
  bool all_in(int life, Clock::duration within);
  // Every client has seen the last record before `next` in each lane.
  bool all_have(int life, const std::vector<std::int64_t>& next, Clock::duration within);
  bool broken() const { return broken_; }
  // Those that are not where the last question of all_...() wanted them.
  std::string laggards() const;

  void stop();
  // After stop().
  std::vector<History> histories() const;
  std::int64_t connects() const { return connects_; }

 private:
  struct Client;
  using Command = std::function<void()>;
  using Wanted = std::function<bool(const Client&)>;
  void tell(Command command);
  void each(Share share, const std::function<void(Client&)>& action);
  bool all(const Wanted& wanted, Clock::duration within);

  void run();
  void turn();
  void tend(Client& client);
  void connect(Client& client);
  void close(Client& client, bool abruptly);
  void pump(Client& client, std::size_t most);
  void on_ready(Client& client, std::uint32_t events);
  void take(Client& client, std::string_view bytes);
  void watch(Client& client, std::uint32_t events);

  const Options options_;
  const Journal& journal_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<int> graveyard_;  // abandoned connections
  std::string scratch_, body_;
  std::atomic<std::int64_t> connects_{0};
  std::atomic<bool> stop_{false}, broken_{false};
  mutable std::mutex mutex_;
  std::vector<Command> commands_;
  std::string laggards_;
  std::thread thread_;
};

}  // namespace e2e::faults
