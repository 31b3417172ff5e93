#pragma once
// The state that both halves of a proxied request share: the client, the connection to the app, the
// deadlines and the first failure.
//
// Thread: the client's event loop. Owns the connection to the app. Borrows the proxy and the client.

#include <chrono>
#include <memory>
#include <optional>

#include "sidecar/http/net/client_socket.hpp"
#include "sidecar/http/proxy/access_line.hpp"
#include "sidecar/http/proxy/proxy.hpp"
#include "sidecar/http/proxy/response_head.hpp"
#include "sidecar/http/proxy/upstream_connection.hpp"

namespace sidestream {

// When one half must have made progress, and the failure if it has not.
class ProgressDeadline {
 public:
  using Clock = std::chrono::steady_clock;

  // Takes effect with the next tick, because many are set for one request and few expire.
  void set(Clock::duration within, UpstreamError failure) {
    due_.reset();
    within_ = within;
    failure_ = failure;
  }
  void clear() { due_ = Clock::time_point::max(); }
  // The failure, if the deadline has passed.
  std::optional<UpstreamError> check(Clock::time_point now);

 private:
  std::optional<Clock::time_point> due_ = Clock::time_point::max();
  Clock::duration within_{};
  UpstreamError failure_{};
};

class ProxyExchange final : public Ticked {
 public:
  ProxyExchange(Proxy& proxy_, ClientSocket& client_);

  // Ends pending reads and writes with an error. Only the first failure counts.
  void fail(UpstreamError error);
  const std::optional<UpstreamError>& failure() const { return failure_; }
  void on_tick(Clock::time_point now) override;
  // A read of the client that is pending at `when` ends with operation_aborted, without a failure.
  void interrupt_client_at(Clock::time_point when) { interrupt_at_ = when; }

  Proxy& proxy;
  ClientSocket& client;
  UpstreamProbe& probe;
  std::unique_ptr<UpstreamConnection> app;  // null: not connected
  ClientTraits traits;
  AccessLine line;
  ProgressDeadline body_deadline;      // of the request's body
  ProgressDeadline response_deadline;  // of connecting and of the response
  bool reads_client = false;           // the request's body is being read
  bool app_refuses_body = false;  // the app closed while the body was sent; it may still respond
  bool response_begun = false;    // the client has received bytes of the response

 private:
  std::optional<UpstreamError> failure_;
  Clock::time_point interrupt_at_ = Clock::time_point::max();
};

}  // namespace sidestream
