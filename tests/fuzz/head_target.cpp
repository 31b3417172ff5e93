// The heads of a client's requests, one behind the other on a connection, with the bodies that are
// read whole. In whatever pieces they arrive, they mean the same.

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <string>
#include <vector>

#include "sidecar/http/protocol/framing.hpp"
#include "sidecar/http/protocol/h1_body.hpp"
#include "sidecar/http/protocol/h1_head.hpp"
#include "sidecar/http/protocol/host.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/socket_feed.hpp"

namespace fuzz {
namespace {

using sidestream::Request;
using sidestream::RequestHeadParser;

constexpr std::uint64_t budget_size = 1 << 20;
const std::string closed = "closed";

// What was read: a text for each request, and how the connection ended.
using Seen = std::vector<std::string>;

std::string text_of(const RequestHeadParser& parser) {
  const auto& head = parser.get();
  std::string text = std::string(head.method_string()) + " " + std::string(head.target()) +
                     (head.version() < 11 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const auto& field : head) {
    text += std::string(field.name_string()) + ": " + std::string(field.value()) + "\r\n";
  }
  return text;
}

void check_fields(const Head& head, const Request& request, std::string_view text) {
  require(head.fields == request.headers, "the same fields, with names in lower case", text);
  for (const auto& [name, value] : head.fields) {
    require(value.find_first_of(" \t") != 0 &&
                (value.empty() || value.find_last_of(" \t") != value.size() - 1),
            "a value is trimmed", text);
    require(request.header(name).has_value(), "a field is found by its name", text);
  }
}

void check_framing(const Head& head, const RequestHeadParser& parser, std::string_view text) {
  const auto codings = head.count("transfer-encoding");
  require(codings == 0 || head.count("content-length") == 0,
          "no Content-Length beside Transfer-Encoding", text);
  require(parser.chunked() == (codings > 0), "a coding ends with chunked", text);
  require(codings <= 1, "one coding", text);
  require(codings == 0 || boost::beast::iequals(head.value("transfer-encoding"), "chunked"),
          "which is chunked", text);
  for (const auto& [name, value] : head.fields) {
    if (name != "content-length" || value.find(',') != std::string::npos) continue;
    require(parser.content_length().has_value() && !value.empty() &&
                value.find_first_not_of("0123456789") == std::string::npos,
            "a Content-Length is digits", text);
    require(std::stoull(value) == *parser.content_length(), "all lengths are the same", text);
  }
}

void check_host(std::string_view text) {
  if (!sidestream::is_host(text)) return;
  require(!text.empty() && text.find_first_of(std::string_view(" \t\r\n,/\\\"@?#\0", 12)) ==
                               std::string_view::npos,
          "a host is a host", text);
}

// Whether the connection can go on behind this head.
bool check_head(const RequestHeadParser& parser, Seen& seen) {
  const std::string text = text_of(parser);
  const Head head = read_head(text);
  require(std::count(head.first.begin(), head.first.end(), ' ') == 2, "no blank in a target", text);
  Request request;
  const bool is_path = sidestream::read_request_line(parser, request);
  require(
      !is_path || !request.one_spelling ||
          std::find(request.segments.begin(), request.segments.end(), "") == request.segments.end(),
      "no empty segment in the only spelling", text);
  sidestream::read_headers(parser, request);
  check_fields(head, request, text);
  for (const auto& [name, value] : head.fields) {
    if (name == "host") check_host(value);
  }
  const auto fault = sidestream::find_framing_fault(parser.get());
  seen.push_back(text);
  if (fault) require(fault->status == 400 || fault->status == 501, "a reason", text);
  if (!fault) check_framing(head, parser, text);
  if (fault) seen.push_back("refused");
  return !fault;
}

std::string end_text(const boost::beast::error_code& error) {
  const bool answered = sidestream::is_malformed(error) || sidestream::is_over_budget(error);
  if (!answered) return closed;
  const auto status = sidestream::malformed_response(error).status;
  require(status == 400 || status == 414 || status == 431 || status == 503, "a status",
          error.message());
  return "refused " + std::to_string(status);
}

// As the connection does it.
sidestream::Awaitable<void> read_requests(sidestream::H1Transport& client, Seen& seen) {
  sidestream::ByteBudget budget(budget_size);
  for (bool first = true; true; first = false) {
    RequestHeadParser head;
    const auto error = co_await sidestream::read_head(client, head, first, budget);
    if (error) {
      seen.push_back(end_text(error));
      co_return;
    }
    if (!check_head(head, seen)) co_return;
    boost::beast::error_code broken;
    const sidestream::BodyBudget share{budget, {}, budget_size};
    auto body = co_await sidestream::read_h1_body(client, std::move(head), share, false, broken);
    if (body.outcome != sidestream::Body::Outcome::whole) {
      seen.push_back("body " + std::to_string(static_cast<int>(body.outcome)));
      co_return;
    }
    seen.push_back(body.text);
  }
}

Seen read_in_pieces(std::string_view bytes, std::size_t piece) {
  Seen seen;
  SocketFeed feed;
  sidestream::H1Transport client(feed.take_socket(), nullptr);
  feed.run(read_requests(client, seen), bytes, piece);
  return seen;
}

}  // namespace

void check_heads(Input input) {
  const std::size_t most = 1 + input.byte() + input.rest().size() / 64;
  const auto bytes = input.rest();
  check_host(bytes);
  Seen whole = read_in_pieces(bytes, bytes.size() + 1);
  Seen pieces = read_in_pieces(bytes, most);
  // A head that is wrong and unfinished is refused, or closed with its client: both will do.
  if (whole.back() == closed || pieces.back() == closed) whole.back() = pieces.back() = closed;
  require(whole == pieces, "pieces mean the same", bytes);
}

}  // namespace fuzz
