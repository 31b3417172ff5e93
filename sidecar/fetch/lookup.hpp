#pragma once
// Addresses of a host name.
//
// Thread: the loop of `io`; getaddrinfo itself runs on Asio's resolver thread.

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "sidecar/fetch/awaitable.hpp"
#include "sidecar/fetch/error.hpp"

namespace sidestream {

using FetchEndpoint = boost::asio::generic::stream_protocol::endpoint;
using FetchEndpoints = std::vector<FetchEndpoint>;

// Errors: resolve, timeout. A running getaddrinfo cannot be cancelled: at `deadline` its result is
// abandoned, and the thread is busy until it returns.
Awaitable<Fetched<FetchEndpoints>> look_up(boost::asio::io_context& io, std::string host,
                                           std::uint16_t port,
                                           std::chrono::steady_clock::time_point deadline);

}  // namespace sidestream
