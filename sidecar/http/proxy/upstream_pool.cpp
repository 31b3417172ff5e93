#include "sidecar/http/proxy/upstream_pool.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <string>
#include <utility>

#include "sidecar/http/limits/descriptors.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/peer.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;

constexpr std::size_t idle_max = 256;  // of one event loop
constexpr std::size_t kept_buffer_max = 8 * 1024;
constexpr auto idle_time_max = 60s;
constexpr auto usable_time = 55s;  // older ones are not used; the app may close them just then
// A request that must not be sent twice needs a connection that the app has just used: apps do not
// close one so soon.
constexpr auto fresh_time = 500ms;
constexpr auto resolve_interval = 5s;  // to find an app that has moved

// Like read_ahead_ended(), but asks the kernel instead of the event loop.
bool has_input(UpstreamConnection& connection) {
  char byte = 0;
  const auto n = ::recv(connection.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

}  // namespace

UpstreamPool::UpstreamPool(const UpstreamAddress& address, UpstreamProbe& probe)
    : address_(address), probe_(probe) {
  if (!address.socket.empty()) {
    endpoints_.emplace_back(asio::local::stream_protocol::endpoint(address.socket));
    return;
  }
  error_code error;
  const auto ip = asio::ip::make_address(address.host, error);
  if (!error) endpoints_.emplace_back(asio::ip::tcp::endpoint(ip, address.port));
  if (!error) resolved_at_ = Clock::time_point::max();
}

UpstreamPool::~UpstreamPool() { probe_.pool_idle.add(-static_cast<std::int64_t>(idle_.size())); }

std::unique_ptr<UpstreamConnection> UpstreamPool::take(bool checked) {
  const auto oldest = Clock::now() - (checked ? Clock::duration(fresh_time) : usable_time);
  while (!idle_.empty() && idle_.back()->idle_since >= oldest) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    probe_.pool_idle.add(-1);
    if (connection->read_ahead_ended() || (checked && has_input(*connection))) continue;
    return connection;
  }
  return nullptr;
}

void UpstreamPool::put(std::unique_ptr<UpstreamConnection> connection) {
  if (idle_.size() >= idle_max) return;
  connection->idle_since = Clock::now();
  if (connection->body_buffer.size() > kept_buffer_max) {
    std::vector<char>().swap(connection->body_buffer);
    connection->buffer.shrink_to_fit();
  }
  connection->start_read_ahead();
  idle_.push_back(std::move(connection));
  probe_.pool_idle.add(1);
}

void UpstreamPool::remove_expired(Clock::time_point now) {
  const auto gone = std::remove_if(idle_.begin(), idle_.end(), [now](auto& connection) {
    return now - connection->idle_since > idle_time_max || connection->read_ahead_ended();
  });
  probe_.pool_idle.add(-std::distance(gone, idle_.end()));
  idle_.erase(gone, idle_.end());
}

Awaitable<error_code> UpstreamPool::connect(UpstreamConnection& connection) {
  error_code error;
  if (address_.socket.empty()) error = co_await resolve(connection);
  if (error) co_return error;
  const std::vector<Endpoint> endpoints = endpoints_;
  for (const Endpoint& endpoint : endpoints) {
    error_code ignored;
    connection.socket.close(ignored);
    connection.socket.open(endpoint.protocol(), error);
    if (!error && is_reserved(connection.socket.native_handle())) {
      connection.socket.close(ignored);
      error = make_error_code(boost::system::errc::too_many_files_open);
    }
    if (error) continue;
    const auto [refused] = co_await connection.socket.async_connect(endpoint, no_throw);
    error = refused;
    if (!error || error == asio::error::operation_aborted) break;
  }
  if (error) co_return error;
  probe_.connections.add();
  connection.socket.non_blocking(true, error);
  if (address_.socket.empty()) set_proxy_options(connection.socket.native_handle());
  co_return error;
}

Awaitable<error_code> UpstreamPool::resolve(UpstreamConnection& connection) {
  if (resolved_at_ == Clock::time_point::max()) co_return error_code();
  if (!endpoints_.empty() && Clock::now() - resolved_at_ < resolve_interval) co_return error_code();
  const std::string port = std::to_string(address_.port);
  const auto [error, results] =
      co_await connection.resolver.async_resolve(address_.host, port, no_throw);
  if (error) co_return error;
  endpoints_.clear();
  for (const auto& result : results) endpoints_.emplace_back(result.endpoint());
  resolved_at_ = Clock::now();
  co_return error_code();
}

}  // namespace sidestream
