#include "sidecar/fetch/exchange.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t max_head = 16 * 1024;
constexpr std::size_t max_buffered = 64 * 1024;
constexpr int max_interim = 8;

class ResponseReader {
 public:
  explicit ResponseReader(const Exchange& exchange) : exchange_(exchange) {}

  Awaitable<Fetched<ExchangeResult>> run();

 private:
  void start_parser();
  Awaitable<error_code> parse();
  bool is_complete() const {
    return exchange_.request.read_body ? parser_->is_done() : parser_->is_header_done();
  }
  FetchError failure(const error_code& error) const;
  ExchangeResult result();

  const Exchange& exchange_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool received_ = false;
};

void ResponseReader::start_parser() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(max_head);
  parser_->body_limit(exchange_.request.max_body);
  parser_->skip(exchange_.request.method == "HEAD");
}

Awaitable<Fetched<ExchangeResult>> ResponseReader::run() {
  for (int interim = 0; interim <= max_interim; ++interim) {
    start_parser();
    const error_code error = co_await parse();
    if (error) co_return failure(error);
    const unsigned status = parser_->get().result_int();
    if (status >= 200) co_return result();
    if (status == 101) break;
  }
  co_return FetchError(FetchErrc::malformed, "unexpected interim response (1xx)");
}

Awaitable<error_code> ResponseReader::parse() {
  while (!is_complete()) {
    error_code error;
    if (buffer_.size() != 0) {
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (!error) continue;
      if (error != http::error::need_more) co_return error;
    }
    if (buffer_.size() > max_buffered) co_return http::error::header_limit;
    error = co_await exchange_.connection.read_some(buffer_);
    received_ = received_ || buffer_.size() != 0;
    if (error == asio::error::eof && received_) {
      error = {};
      parser_->put_eof(error);  // the end of a body without a length
    }
    if (error) co_return error;
  }
  co_return error_code();
}

FetchError ResponseReader::failure(const error_code& error) const {
  if (exchange_.connection.timed_out()) {
    const auto limit = std::to_string(exchange_.request.within.count());
    return FetchError(FetchErrc::timeout, "no complete response within " + limit + " ms");
  }
  if (error == http::error::body_limit) {
    const auto limit = std::to_string(exchange_.request.max_body);
    return FetchError(FetchErrc::too_large, "response body exceeds " + limit + " bytes");
  }
  if (error == http::error::header_limit) {
    const auto limit = std::to_string(max_head);
    return FetchError(FetchErrc::too_large, "response head exceeds " + limit + " bytes");
  }
  if (!received_) {
    return FetchError(FetchErrc::closed,
                      "connection closed before the response: " + error.message());
  }
  const bool cut = error == http::error::partial_message || error == http::error::end_of_stream ||
                   error.category() != http::make_error_code(http::error::need_more).category();
  if (cut) {
    return FetchError(FetchErrc::incomplete,
                      "connection closed within the response: " + error.message());
  }
  return FetchError(FetchErrc::malformed, "malformed response: " + error.message());
}

ExchangeResult ResponseReader::result() {
  ExchangeResult result;
  auto& message = parser_->get();
  result.response.status = message.result_int();
  for (const auto& field : message) {
    result.response.headers.emplace_back(std::string(field.name_string()),
                                         std::string(field.value()));
  }
  if (exchange_.request.read_body) result.response.body = std::move(message.body());
  result.reusable = exchange_.request.keep_alive && parser_->is_done() && parser_->keep_alive() &&
                    buffer_.size() == 0;
  return result;
}

}  // namespace

Awaitable<Fetched<ExchangeResult>> run_exchange(Exchange exchange) {
  // A server may answer early and close while the request is still being written: its response
  // is read even then.
  co_await exchange.connection.write(exchange.bytes);
  ResponseReader reader(exchange);
  co_return co_await reader.run();
}

}  // namespace sidestream
