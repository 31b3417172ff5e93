#pragma once
// Where the app behind the sidecar listens: on a TCP port or on a Unix socket.
//
// Thread: one at a time. Errors: WireError where nobody connects in time.

#include <memory>
#include <string>

#include "tests/integration/proxy/harness/peer.hpp"
#include "tests/support/harness/temp_dir.hpp"

namespace e2e {

class Listener {
 public:
  // "tcp" or "unix".
  explicit Listener(std::string kind, int backlog = 1024);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const std::string& url() const { return url_; }
  Peer accept(Clock::duration within = Peer::usual);
  // False: nobody came.
  bool accept_into(Peer& peer, Clock::duration within);
  // Nobody connects in that time.
  bool is_quiet(Clock::duration time);

  void close();  // from now on connecting is refused
  void open(int backlog = 1024);
  // Takes the places in the backlog, so that connecting hangs.
  void fill();

 private:
  void open_tcp();
  void open_unix();

  TempDir folder_;
  std::string kind_;
  std::string url_;
  std::uint16_t port_ = 0;
  int fd_ = -1;
  std::vector<int> fillers_;
};

}  // namespace e2e
