#include "sidecar/http/protocol/h1_head.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <cctype>
#include <string>
#include <string_view>

#include "sidecar/http/protocol/target.hpp"

namespace sidestream {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t least_room = 1024;  // for each read of a head

std::string lower(beast::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Empty lines before a request line are ignored (RFC 9112, 2.2): some clients end a body with one.
// False: the buffer may hold half of one.
bool skip_empty_lines(beast::flat_buffer& buffer) {
  const auto text = [&buffer] {
    return std::string_view(static_cast<const char*>(buffer.data().data()), buffer.size());
  };
  while (text().starts_with("\r\n")) buffer.consume(2);
  return !text().empty() && text() != "\r";
}

}  // namespace

Awaitable<beast::error_code> read_head(H1Transport& client, RequestHeadParser& parser) {
  beast::flat_buffer& buffer = client.buffer;
  while (true) {
    beast::error_code error;
    if (parser.got_some() ? buffer.size() > 0 : skip_empty_lines(buffer))
      buffer.consume(parser.put(buffer.data(), error));
    if (parser.is_header_done()) co_return error;
    if (error && error != http::error::need_more) co_return error;
    auto room = buffer.prepare(std::max(least_room, buffer.capacity() - buffer.size()));
    const auto [unread, n] = co_await client.socket.async_read_some(room, no_throw);
    buffer.commit(n);
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
    request.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
}

bool is_malformed(const beast::error_code& error) {
  const bool of_parser = error.category() == make_error_code(http::error::bad_method).category();
  return of_parser && error != http::error::end_of_stream && error != http::error::partial_message;
}

Response malformed_response(const beast::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return Response::error(431, "the request head exceeds 64 KiB");
  return Response::error(400, "the request is not valid HTTP/1.1: " + error.message());
}

}  // namespace sidestream
