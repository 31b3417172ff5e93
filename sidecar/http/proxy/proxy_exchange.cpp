#include "sidecar/http/proxy/proxy_exchange.hpp"

#include "sidecar/http/net/peer.hpp"

namespace sidestream {

std::optional<UpstreamError> ProgressDeadline::check(Clock::time_point now) {
  if (!due_) due_ = now + within_;
  if (now < *due_) return std::nullopt;
  return failure_;
}

ProxyExchange::ProxyExchange(Proxy& proxy_, ClientSocket& client_)
    : proxy(proxy_), client(client_), probe(proxy_.probe()) {
  proxy.add_ticked(*this);
}

void ProxyExchange::fail(UpstreamError error) {
  if (failure_) return;
  failure_ = error;
  if (app) app->close();
  boost::system::error_code ignored;
  client.cancel(ignored);
}

void ProxyExchange::on_tick(Clock::time_point now) {
  if (failure_) return;
  if (now >= interrupt_at_) {
    interrupt_at_ = Clock::time_point::max();
    boost::system::error_code ignored;
    client.cancel(ignored);
  }
  if (const auto late = body_deadline.check(now)) return fail(*late);
  if (const auto late = response_deadline.check(now)) return fail(*late);
  // A pending read of the body finds an orderly close by itself, behind the bytes sent before it.
  const int socket = client.native_handle();
  if (reads_client ? peer_has_reset(socket) : peer_has_left(socket)) {
    fail(UpstreamError::client_left);
  }
}

}  // namespace sidestream
