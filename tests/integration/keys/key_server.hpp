#pragma once
// A key server over HTTPS whose answer a test changes, and a key store that asks it.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sidecar/http/access/access_thread.hpp"
#include "sidecar/http/access/key_store.hpp"
#include "tests/unit/auth/signing_key.hpp"
#include "tests/unit/fetch/certificate.hpp"
#include "tests/unit/fetch/loopback_server.hpp"

namespace sidestream::test {

class KeyServer {
 public:
  KeyServer();

  // For the next connections.
  void play(Script script);
  void serve(const std::string& keys, const std::string& headers = {});
  // As if the server's process had ended: its address refuses connections from now on.
  void leave() { server_.reset(); }

  IssuerSettings issuer() const;
  // Connections so far.
  int fetches() const { return server_->connections(); }
  const std::string& url() const { return url_; }

 private:
  void run_script(ServerConnection& connection);

  Certificate certificate_{"IP:127.0.0.1"};
  std::mutex mutex_;
  Script script_;
  std::unique_ptr<LoopbackServer> server_;
  std::string url_;
};

// An event loop of its own that verifies tokens.
class VerifyLoop {
 public:
  VerifyLoop() : thread_([this] { io_.run(); }) {}
  ~VerifyLoop();
  VerifyLoop(const VerifyLoop&) = delete;
  VerifyLoop& operator=(const VerifyLoop&) = delete;

  // Waits for it. Fails the test after 20 s.
  TokenVerdict verify(KeyStore& keys, const std::string& token);
  // `count` at once.
  std::vector<TokenVerdict> verify(KeyStore& keys, const std::string& token, int count);

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  std::thread thread_;
};

// "verified", "cached", "undecided" or the name of the fault.
std::string name_of(const TokenVerdict& verdict);

// A store with one issuer, its thread, and a loop.
class KeyStoreRig {
 public:
  explicit KeyStoreRig(const IssuerSettings& issuer, KeyFetchLimits limits = {});

  std::string verify(const std::string& token) { return name_of(loop_.verify(store, token)); }
  TokenVerdict verdict(const std::string& token) { return loop_.verify(store, token); }
  std::vector<TokenVerdict> verdicts(const std::string& token, int count) {
    return loop_.verify(store, token, count);
  }
  KeyState state() const { return store.states().at(0); }
  // Returns whether it holds within 20 s.
  bool wait_until(const std::function<bool(const KeyState&)>& holds) const;
  std::string log() const;

 private:
  Logger logger();

  mutable std::mutex mutex_;  // guards log_
  std::string log_;
  VerifyLoop loop_;  // outlives the thread that posts to it
  AccessThread thread_;

 public:
  TokenProbe probe;
  KeyStore store;
};

// A good ES256 token of the server's issuer.
std::string token_of(const SigningKey& key, const std::string& kid, const std::string& more = {});

}  // namespace sidestream::test
