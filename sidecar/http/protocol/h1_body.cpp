#include "sidecar/http/protocol/h1_body.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <tuple>
#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using Parser = http::request_parser<http::string_body>;

constexpr auto write_time = 30s;
constexpr auto body_time = 30s;  // and a second for each `size_of_second` received
constexpr std::uint64_t size_of_second = 64 * 1024;
constexpr std::uint64_t step = 16 * 1024;  // reserved ahead of a chunked body

Awaitable<bool> write_continue(H1Transport& client) {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  client.deadline.set(write_time);
  const auto [error, n] = co_await asio::async_write(client.socket, asio::buffer(go_on), no_throw);
  co_return !error;
}

void set_deadline(Deadline& deadline, Deadline::Clock::time_point begin, std::uint64_t received) {
  const auto due = begin + body_time + 1s * (received / size_of_second);
  deadline.set_interrupt(due - Deadline::Clock::now());
}

// What has been received already: most bodies come with their head.
boost::beast::error_code parse(boost::beast::flat_buffer& buffer, Parser& parser) {
  if (buffer.size() == 0) return http::error::need_more;
  boost::beast::error_code error;
  buffer.consume(parser.put(buffer.data(), error));
  return error;
}

}  // namespace

Awaitable<Body> read_h1_body(H1Transport& client, RequestHeadParser&& head, BodyBudget budget,
                             bool expects_continue, boost::beast::error_code& error) {
  using Outcome = Body::Outcome;
  const std::uint64_t length = head.content_length().value_or(0);
  if (length > budget.limit) co_return Body(Outcome::too_large);
  auto held = budget.budget.take(budget.client, length);
  if (!held) co_return Body(Outcome::no_room);
  if (expects_continue) {
    const bool written = co_await write_continue(client);
    if (!written) co_return Body(Outcome::lost);
  }
  Parser parser(std::move(head));
  parser.body_limit(budget.limit);
  const auto begin = Deadline::Clock::now();
  while (!parser.is_done()) {
    const std::uint64_t received = parser.get().body().size();
    if (parser.chunked() && received + step > held->amount() && !held->grow(step))
      co_return Body(Outcome::no_room);
    boost::beast::error_code failed = parse(client.buffer, parser);
    if (failed == http::error::need_more) {
      set_deadline(client.deadline, begin, received);
      std::tie(failed, std::ignore) =
          co_await http::async_read_some(client.socket, client.buffer, parser, no_throw);
      if (client.deadline.is_interrupted()) co_return Body(Outcome::too_slow);
    }
    if (!failed) continue;
    if (failed == http::error::body_limit) co_return Body(Outcome::too_large);
    error = failed;
    co_return Body(Outcome::lost);
  }
  client.deadline.clear();
  co_return Body(Outcome::whole, std::move(parser.get().body()), std::move(*held));
}

}  // namespace sidestream
