#include "sidecar/http/proxy/readiness.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "sidecar/base/error.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/proxy/upstream_pool.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds limit{2};

// The status of the answer.
Awaitable<Result<unsigned>> ask(UpstreamPool& pool, UpstreamConnection& connection,
                                const std::string& request) {
  const error_code unreachable = co_await pool.connect(connection);
  if (unreachable) co_return unreachable;
  const auto [unsent, n] =
      co_await asio::async_write(connection.socket, asio::buffer(request), no_throw);
  if (unsent) co_return unsent;
  http::response_parser<http::empty_body> parser;
  const auto [unread, m] =
      co_await http::async_read_header(connection.socket, connection.buffer, parser, no_throw);
  if (unread) co_return unread;
  co_return parser.get().result_int();
}

}  // namespace

Awaitable<AppState> ask_app(asio::io_context& io, const UpstreamSettings& app) {
  UpstreamProbe not_counted;
  UpstreamPool pool(app.url, not_counted);
  UpstreamConnection connection(io);
  asio::steady_timer timer(io, limit);
  timer.async_wait([&connection](const error_code& error) {
    if (!error) connection.close();
  });
  const std::string host = app.url.socket.empty() ? app.url.host : "localhost";
  const std::string request = "GET " + app.readiness + " HTTP/1.1\r\nHost: " + host +
                              "\r\nUser-Agent: sidestream\r\nConnection: close\r\n\r\n";
  const Result<unsigned> status = co_await ask(pool, connection, request);
  AppState state(false, "no answer within 2s");
  if (timer.cancel() == 0) co_return state;
  state.ready = status && *status >= 200 && *status < 400;
  state.detail = status ? std::to_string(*status) : status.error().message();
  co_return state;
}

}  // namespace sidestream
