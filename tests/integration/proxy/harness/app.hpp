#pragma once
// An app that serves by itself, as many connections as come, and keeps account of what it saw.
// Tests that play the app's side line by line take connections from the Listener instead.
//
// Thread: made and destroyed on the test's; `serve` runs on the thread of its connection. Errors
// are kept for the test to look at.

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/integration/proxy/harness/listener.hpp"

namespace e2e {

class App {
 public:
  // Answers a request whose body has been read. False: the connection ends here.
  using Serve = std::function<bool(Peer&, const Message&)>;

  explicit App(Listener& listener, Serve serve = mirror);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // 200 with "METHOD target" as body and in X-Seen, the request's body behind a blank line.
  static bool mirror(Peer& peer, const Message& request);

  struct Account {
    std::vector<Message> requests;  // whole ones, in the order of their ends
    std::vector<std::string> cut;   // what came of requests that ended early
    std::vector<std::string> odd;   // what was no canonical request
  };
  Account account() const;
  Message last() const;  // of the whole requests; throws where there is none
  void forget();
  std::size_t connections() const;
  // Waits until no connection is in the middle of a request.
  bool settles(Clock::duration within = 2s * patience) const;

 private:
  void accept_all();
  void run(Peer& peer);
  void note_failure(const WireError& error);
  bool stopping() const;

  Listener& listener_;
  Serve serve_;
  mutable std::mutex mutex_;
  Account account_;
  std::list<Peer> peers_;
  std::list<std::thread> threads_;
  int busy_ = 0;
  bool stop_ = false;
  std::thread acceptor_;
};

}  // namespace e2e
