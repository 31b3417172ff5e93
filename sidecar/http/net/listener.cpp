#include "sidecar/http/net/listener.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <utility>

#include "sidecar/settings/address.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr int backlog = 4096;  // a storm of reconnects waits here, not in a client's retransmission

boost::system::error_code bind_to(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(backlog, error);
  if (error) {
    boost::system::error_code ignored;
    acceptor.close(ignored);
  }
  return error;
}

}  // namespace

std::optional<tcp::acceptor> bind_listener(asio::io_context& io, const std::string& address,
                                           std::string& problem) {
  const auto parsed = parse_listen(address);
  tcp::endpoint endpoint(asio::ip::make_address(parsed.value.host), parsed.value.port);
  tcp::acceptor acceptor(io);
  auto error = bind_to(acceptor, endpoint);
  const bool no_ipv6 = error == asio::error::address_family_not_supported ||
                       error == boost::system::errc::address_not_available;
  if (no_ipv6 && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    error = bind_to(acceptor, tcp::endpoint(tcp::v4(), parsed.value.port));
  }
  if (error) {
    problem = "cannot listen on " + address + ": " + error.message();
    return std::nullopt;
  }
  return acceptor;
}

std::string local_address(const tcp::acceptor& acceptor) {
  const auto endpoint = acceptor.local_endpoint();
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

}  // namespace sidestream
