#pragma once
// The key server of the persons' issuer: a key set over HTTP on loopback. It signs with its newest
// key, which nobody has fetched yet when it is made.
//
// Thread: any.

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "tests/integration/proxy/harness/app.hpp"
#include "tests/unit/auth/signing_key.hpp"

namespace e2e::faults {

class KeyServer {
 public:
  KeyServer();

  std::string url() const { return listener_.url() + "/jwks.json"; }
  std::string sign(const std::string& payload) const;

  void rotate();                  // the oldest of several keys leaves
  void leave() { away_ = true; }  // closes each connection without an answer
  void come_back() { away_ = false; }

 private:
  struct Key {
    std::string kid;
    sidestream::test::SigningKey key;
  };
  bool serve(Peer& peer) const;

  mutable std::mutex mutex_;  // guards keys_
  std::vector<Key> keys_;
  int made_ = 0;
  std::atomic<bool> away_{false};
  Listener listener_{"tcp"};
  App app_;
};

}  // namespace e2e::faults
