#include "sidecar/http/protocol/h1_head.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/http/protocol/target.hpp"

namespace sidestream {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using namespace std::chrono_literals;

constexpr std::size_t least_room = 1024;     // for each read of a head
constexpr std::size_t head_max = 64 * 1024;  // an id of 200 partitions and a page's cookies fit
constexpr std::size_t line_max = 16 * 1024;  // of an unfinished request line
constexpr std::size_t own_bytes = 4 * 1024;  // of a head that the budget does not count
constexpr auto head_time = 10s;
constexpr auto idle_time = 75s;  // between requests; more than the 60 s of common load balancers

std::string_view as_text(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

// Empty lines before a request line are ignored (RFC 9112, 2.2): some clients end a body with one.
// False: the buffer may hold half of one.
bool skip_empty_lines(beast::flat_buffer& buffer) {
  const auto text = [&buffer] { return as_text(buffer); };
  while (text().starts_with("\r\n")) buffer.consume(2);
  return !text().empty() && text() != "\r";
}

// What is wrong with a request line that is whole, while the fields have not arrived. A client of
// HTTP/0.9, or one that ends lines with LF alone, would wait for a response for ever.
beast::error_code find_line_fault(std::string_view head) {
  const auto end = head.find('\n');
  if (end == std::string_view::npos) return {};
  if (end == 0 || head[end - 1] != '\r') return http::error::bad_line_ending;
  constexpr std::string_view version = " HTTP/1.1";
  const auto line = head.substr(0, end - 1);
  const auto last = line.substr(line.size() - std::min(line.size(), version.size()));
  if (!last.starts_with(" HTTP/")) return http::error::bad_version;
  return {};
}

// The bytes of one head, empty lines before it included.
class HeadBytes {
 public:
  HeadBytes(H1Transport& client, ByteBudget& budget) : client_(client), budget_(budget) {}

  void receive(std::size_t count) { received_ += count; }
  // Whether an unfinished head may grow.
  beast::error_code check(bool has_line) {
    if (received_ > head_max) return http::error::header_limit;
    if (received_ > line_max && !has_line) return boost::asio::error::message_size;
    if (received_ <= own_bytes) return {};
    if (!held_) held_ = budget_.take(address_key(client_.peer.bytes), 0);
    const std::uint64_t wanted = received_ - own_bytes;
    if (wanted > held_->amount() && !held_->grow(wanted - held_->amount()))
      return boost::asio::error::no_buffer_space;
    return {};
  }

 private:
  H1Transport& client_;
  ByteBudget& budget_;
  std::optional<HeldBytes> held_;
  std::size_t received_ = 0;
};

}  // namespace

Awaitable<beast::error_code> read_head(H1Transport& client, RequestHeadParser& parser, bool first,
                                       ByteBudget& budget) {
  beast::flat_buffer& buffer = client.buffer;
  bool has_line = false;  // the request line is whole
  bool begun = first || buffer.size() > 0;
  parser.header_limit(head_max);
  parser.body_limit(boost::none);
  HeadBytes bytes(client, budget);
  bytes.receive(buffer.size());
  client.deadline.set_interrupt(begun ? head_time : idle_time);
  while (true) {
    beast::error_code error;
    if (parser.got_some() ? buffer.size() > 0 : skip_empty_lines(buffer)) {
      const std::size_t parsed = parser.put(buffer.data(), error);
      has_line = has_line || parsed > 0;
      buffer.consume(parsed);
    }
    if (parser.is_header_done()) co_return error;
    if (error == http::error::need_more) error = {};
    if (!error && !has_line) error = find_line_fault(as_text(buffer));
    // Unless the line came at once, the parser takes it with the last field only.
    has_line = has_line || as_text(buffer).find('\n') != std::string_view::npos;
    if (!error) error = bytes.check(has_line);
    if (error) co_return error;
    if (client.deadline.is_interrupted()) {
      const bool partial = parser.got_some() || buffer.size() > 0;
      co_return partial ? beast::error_code(boost::asio::error::timed_out)
                        : beast::error_code(http::error::end_of_stream);
    }
    auto room = buffer.prepare(std::max(least_room, buffer.capacity() - buffer.size()));
    const auto [unread, n] = co_await client.socket.async_read_some(room, no_throw);
    buffer.commit(n);
    bytes.receive(n);
    if (!std::exchange(begun, begun || n > 0) && begun) client.deadline.set_interrupt(head_time);
    if (client.deadline.is_interrupted()) continue;
    if (unread == boost::asio::error::eof) {
      co_return parser.got_some() || buffer.size() > 0 ? http::error::partial_message
                                                       : http::error::end_of_stream;
    }
    if (unread) co_return unread;
  }
}

bool read_request_line(const RequestHeadParser& parser, Request& request) {
  const auto& head = parser.get();
  request.method = std::string(head.method_string());
  request.http10 = head.version() < 11;
  const auto target = parse_target({head.target().data(), head.target().size()});
  return target && decode(*target, request);
}

void read_headers(const RequestHeadParser& parser, Request& request) {
  for (const auto& field : parser.get()) {
    request.headers.emplace_back(to_lower({field.name_string().data(), field.name_string().size()}),
                                 std::string(field.value()));
  }
}

bool is_malformed(const beast::error_code& error) {
  if (error == boost::asio::error::timed_out || error == boost::asio::error::message_size)
    return true;
  const bool of_parser = error.category() == make_error_code(http::error::bad_method).category();
  return of_parser && error != http::error::end_of_stream && error != http::error::partial_message;
}

bool is_over_budget(const beast::error_code& error) {
  return error == boost::asio::error::no_buffer_space;
}

Response malformed_response(const beast::error_code& error) {
  if (is_over_budget(error)) {
    Response response = Response::error(503, "too many unfinished request heads");
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  if (error == boost::asio::error::message_size)
    return Response::error(414, "the request line exceeds 16 KiB");
  if (error == boost::asio::error::timed_out)
    return Response::error(408, "the request head did not arrive within 10 s");
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return Response::error(431, "the request head exceeds 64 KiB");
  return Response::error(400, "the request is not valid HTTP/1.1: " + error.message());
}

}  // namespace sidestream
