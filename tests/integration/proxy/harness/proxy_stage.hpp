#pragma once
// What most tests start from: an app that listens and a sidecar in front of it.
//
//   ProxyStage stage(GetParam(), {.upstream = {"first_byte_timeout: 300ms"}});
//   auto [client, app, seen] = stage.relay(request_text("GET /x"));
//   app.send(answer_text("200 OK"));
//   client.answer();
//
// Thread: the test's.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/proxy/harness/app.hpp"
#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/sidecar.hpp"

namespace e2e {

struct Proxying {
  std::vector<std::string> upstream = {};  // keys of `server.upstream:` besides url
  std::vector<std::string> server = {};    // further lines of `server:`
  std::vector<std::string> topics = {};    // from: local
  // With one, each client meets the connections to the app that others have left.
  int threads = 1;
};

// A request on its way: both ends, and what the app got.
struct Relay {
  Peer client;
  Peer app;
  Message seen;
};

class ProxyStage {
 public:
  explicit ProxyStage(const std::string& kind, Proxying proxying = {});

  Listener& listener() { return listener_; }
  Sidecar& sidecar() { return *sidecar_; }

  Peer client() { return Peer(Socket(sidecar_->streams())); }
  // On another IPv4 address of the loopback network, in host byte order.
  Peer client_from(std::uint32_t source);
  Peer app() { return listener_.accept(); }
  // On connections of its own.
  Relay relay(std::string_view request);
  // The same on a client's connection; the app's is new.
  Relay relay(Peer client, std::string_view request);
  // One request and its answer, on a connection of its own; somebody else plays the app.
  Message ask(std::string_view request) { return client().ask(request); }

  double metric(const std::string& name, const std::vector<std::string>& labels = {}) const {
    return sidecar_->metrics().sum("sidestream_upstream_" + name, labels);
  }
  double errors(const std::string& cause) const {
    return metric("errors_total", {"cause=\"" + cause + "\""});
  }
  bool metric_becomes(const std::string& name, double value) const {
    return eventually([&] { return metric(name) == value; }, 5s * patience, 20ms);
  }

 private:
  Listener listener_;
  std::unique_ptr<Sidecar> sidecar_;
};

Config proxy_config(const std::string& url, const Proxying& proxying);

// An error that the sidecar answers itself: its status and what it names as the cause.
void expect_error(const Message& answer, int status, const std::string& cause);

// Within a promise of the product; a busy machine has its part of it too.
inline constexpr Clock::duration soon = 500ms + 500ms * patience;

}  // namespace e2e

// Each suite runs with the app on a TCP port and on a Unix socket.
#define ON_BOTH(suite)                                         \
  class suite : public testing::TestWithParam<std::string> {}; \
  INSTANTIATE_TEST_SUITE_P(On, suite, testing::Values("tcp", "unix"), ::e2e::kind_name)
