#include "sidecar/fetch/lookup.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Shared with the resolver's handler, which may outlive the coroutine that waits.
struct Lookup {
  explicit Lookup(asio::io_context& io) : resolver(io), waiting(io) {}

  void finish(const error_code& e, const tcp::resolver::results_type& results) {
    error = e;
    for (const auto& result : results) endpoints.emplace_back(result.endpoint());
    waiting.cancel();
  }

  tcp::resolver resolver;
  // Its expiry is the deadline; the handler cancels it.
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      waiting;
  std::optional<error_code> error;
  FetchEndpoints endpoints;
};

}  // namespace

Awaitable<Fetched<FetchEndpoints>> look_up(asio::io_context& io, std::string host,
                                           std::uint16_t port,
                                           std::chrono::steady_clock::time_point deadline) {
  error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    FetchEndpoints one;
    one.emplace_back(tcp::endpoint(address, port));
    co_return one;
  }
  const auto lookup = std::make_shared<Lookup>(io);
  lookup->waiting.expires_at(deadline);
  lookup->resolver.async_resolve(
      host, std::to_string(port),
      [lookup](const error_code& e, const tcp::resolver::results_type& results) {
        lookup->finish(e, results);
      });
  co_await lookup->waiting.async_wait(no_throw);
  if (!lookup->error) {
    co_return FetchError(FetchErrc::timeout, "cannot resolve " + host + ": no answer in time");
  }
  if (*lookup->error) {
    co_return FetchError(FetchErrc::resolve,
                         "cannot resolve " + host + ": " + lookup->error->message());
  }
  co_return std::move(lookup->endpoints);
}

}  // namespace sidestream
