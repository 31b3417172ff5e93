#include "sidecar/http/proxy/forwarding.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "sidecar/http/peer.hpp"
#include "sidecar/http/proxy/access_line.hpp"
#include "sidecar/http/proxy/body_writer.hpp"
#include "sidecar/http/proxy/failure.hpp"
#include "sidecar/http/proxy/message_reader.hpp"

namespace sidestream {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr auto pool_idle_max = 55s;
// A request that must not be sent twice goes out on a connection that the app has just used: nobody
// closes one so soon.
constexpr auto fresh_enough = 500ms;
constexpr std::size_t first_piece = 8 * 1024;
constexpr std::size_t piece = 64 * 1024;

using RequestReader = MessageReader<true, Socket>;
using AnswerReader = MessageReader<false, UpstreamSocket>;

class Forwarding final : public Watched {
 public:
  Forwarding(Proxy& proxy, Socket& client, boost::beast::flat_buffer& buffer,
             RequestHeadParser&& head, const Peer& peer)
      : proxy_(proxy),
        client_(client),
        parser_(std::move(head)),
        request_(client, buffer, parser_),
        peer_(peer),
        pumped_(proxy.io()),
        probe_(proxy.probe()),
        watch_(proxy.watch(*this)) {
    probe_.requests_open.add(1);
  }
  ~Forwarding() override { probe_.requests_open.add(-1); }

  asio::awaitable<Forwarded> run();
  void look(Clock::time_point now) override;

 private:
  bool admit();
  bool take_head();
  void take_body_that_has_come();
  asio::awaitable<bool> reach_app();
  asio::awaitable<bool> connect();
  asio::awaitable<bool> send_request();
  asio::awaitable<void> pump_request();
  asio::awaitable<void> stop_pump();
  asio::awaitable<bool> read_answer();
  asio::awaitable<error_code> read_heads();
  asio::awaitable<void> pass_interim();
  asio::awaitable<void> send_answer();
  asio::awaitable<bool> send_body(BodyWriter writer);
  Forwarded finish();

  void fail(UpstreamError error);
  void cut();
  void expect(Clock::duration within, UpstreamError otherwise) {
    deadline_ = Clock::now() + within;
    overdue_ = otherwise;
  }
  void expect_nothing() { deadline_ = Clock::time_point::max(); }

  Proxy& proxy_;
  Socket& client_;
  RequestReader::Parser parser_;
  RequestReader request_;
  const Peer& peer_;
  RequestHead head_;
  Asked asked_;
  std::string body_;         // of the request, as far as it came with the head; framed
  bool body_whole_ = false;  // body_ is all of it
  std::unique_ptr<UpstreamConnection> app_;
  bool reused_ = false;
  std::optional<AnswerReader::Parser> answer_parser_;
  std::optional<AnswerReader> answer_;
  AnswerHead answer_head_;
  Forwarded out_;
  AccessLine line_;

  bool pumping_ = false;      // pump_request runs
  bool pump_broken_ = false;  // the app takes no more of the body
  asio::steady_timer pumped_;
  bool begun_ = false;  // the client has got bytes of the answer
  std::optional<UpstreamError> failure_;
  Clock::time_point deadline_ = Clock::time_point::max();
  UpstreamError overdue_{};
  UpstreamProbe& probe_;
  Watch watch_;
};

// ---- what ends it early ----

// Pending reads and writes end with an error, and whoever waits for them finds failure_.
void Forwarding::fail(UpstreamError error) {
  if (failure_) return;
  failure_ = error;
  cut();
}

void Forwarding::cut() {
  error_code ignored;
  if (app_) app_->close();
  client_.cancel(ignored);
}

void Forwarding::look(Clock::time_point now) {
  if (failure_) return;
  if (now >= deadline_) return fail(overdue_);
  if (!pumping_ && peer_has_left(client_.native_handle())) fail(UpstreamError::client_left);
}

// ---- the request ----

bool Forwarding::admit() {
  const auto most = static_cast<std::int64_t>(proxy_.settings().max_requests);
  if (probe_.requests_open.value() > most) fail(UpstreamError::busy);
  const auto tunnels = static_cast<std::int64_t>(proxy_.settings().max_tunnels);
  if (head_.upgrade && probe_.tunnels_open.add(1) > tunnels) fail(UpstreamError::busy_tunnels);
  const auto body_max = proxy_.settings().max_body;
  if (body_max > 0 && head_.framing.length > body_max) fail(UpstreamError::body_too_large);
  return !failure_;
}

bool Forwarding::take_head() {
  const auto& request = parser_.get();
  asked_ = {request.version() < 11, request.method() == http::verb::head, parser_.keep_alive()};
  const auto target = split_target({request.target().data(), request.target().size()});
  line_.begin(request, peer_.address, proxy_.is_logged());
  // Callers have seen to the target.
  auto made = make_request_head(request, request_.framing(), *target, peer_);
  if (auto* refused = std::get_if<Response>(&made)) {
    out_.answer = std::move(*refused);
    return false;
  }
  head_ = std::get<RequestHead>(std::move(made));
  line_.name(head_.request_id, head_.traceparent);
  return true;
}

// A small body that came with its head goes out with it, in one write.
void Forwarding::take_body_that_has_come() {
  body_whole_ = !head_.framing.has_body();
  if (body_whole_) return;
  parser_.eager(true);
  parser_.get().base().clear();  // what is in it afterwards are trailers
  std::string raw(first_piece, '\0');
  const auto [error, n] = request_.take(asio::buffer(raw));
  if (error) return fail(UpstreamError::bad_body);
  const auto body_max = proxy_.settings().max_body;
  if (body_max > 0 && n > body_max) return fail(UpstreamError::body_too_large);
  BodyWriter writer(head_.framing);
  body_ = writer.framed(std::string_view(raw).substr(0, n), request_.is_done(),
                        request_.is_done() ? make_trailers(parser_.get()) : std::string());
  body_whole_ = request_.is_done();
  probe_.bytes_in.add(n);
  line_.bytes_in += n;
}

asio::awaitable<bool> Forwarding::reach_app() {
  const auto idle_max = head_.repeatable ? Clock::duration(pool_idle_max) : fresh_enough;
  app_ = proxy_.pool().take(std::chrono::duration_cast<std::chrono::milliseconds>(idle_max));
  reused_ = app_ != nullptr;
  if (reused_) co_return true;
  co_return co_await connect();
}

asio::awaitable<bool> Forwarding::connect() {
  reused_ = false;
  app_ = std::make_unique<UpstreamConnection>(proxy_.io());
  expect(proxy_.settings().connect_timeout, UpstreamError::connect_timeout);
  const error_code error = co_await proxy_.pool().connect(*app_);
  expect_nothing();
  if (error) fail(UpstreamError::connect);
  co_return !failure_;
}

asio::awaitable<bool> Forwarding::send_request() {
  static constexpr std::string_view end = "\r\n";
  const std::array<asio::const_buffer, 3> parts{asio::buffer(head_.text), asio::buffer(end),
                                                asio::buffer(body_)};
  expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
  const auto [error, n] = co_await asio::async_write(app_->socket, parts, no_throw);
  if (error) co_return false;
  if (body_whole_) {
    expect(proxy_.settings().first_byte_timeout, UpstreamError::first_byte_timeout);
    co_return true;
  }
  pumping_ = true;
  auto pump = pump_request();
  asio::co_spawn(proxy_.io(), std::move(pump), asio::detached);
  co_return true;
}

// The rest of the request's body, while the answer may already be read.
asio::awaitable<void> Forwarding::pump_request() {
  const auto buffer = std::make_unique<char[]>(piece);
  const auto body_max = proxy_.settings().max_body;
  BodyWriter writer(head_.framing);
  while (!failure_ && !request_.is_done()) {
    expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
    auto room = asio::buffer(buffer.get(), piece);
    const auto [error, n] = co_await request_.read(room);
    if (failure_) break;
    if (error) {
      const bool http_error =
          error.category() == make_error_code(http::error::bad_chunk).category();
      const bool left = !http_error || error == http::error::partial_message;
      fail(left ? UpstreamError::client_left : UpstreamError::bad_body);
      break;
    }
    line_.bytes_in += n;
    if (body_max > 0 && line_.bytes_in > body_max) {
      fail(UpstreamError::body_too_large);
      break;
    }
    const bool over = request_.is_done();
    const std::string trailers = over ? make_trailers(parser_.get()) : std::string();
    const auto parts = writer.parts({buffer.get(), n}, over, trailers);
    const auto [lost, sent] = co_await asio::async_write(app_->socket, parts, no_throw);
    probe_.bytes_in.add(n);
    // It may have answered early and closed: the answer is still read.
    if (lost) pump_broken_ = true;
    if (lost) break;
  }
  if (!failure_ && !begun_)
    expect(proxy_.settings().first_byte_timeout, UpstreamError::first_byte_timeout);
  pumping_ = false;
  pumped_.cancel();
}

asio::awaitable<void> Forwarding::stop_pump() {
  error_code ignored;
  while (pumping_) {
    client_.cancel(ignored);
    if (app_) app_->close();
    pumped_.expires_at(Clock::time_point::max());
    if (pumping_) co_await pumped_.async_wait(no_throw);
  }
}

// ---- the answer ----

// Once more where the app closed an idle connection just when it was taken, and that does no harm.
asio::awaitable<bool> Forwarding::read_answer() {
  for (int attempt = 0;; ++attempt) {
    bool reached = app_ != nullptr;
    if (!reached) reached = co_await reach_app();
    if (!reached) co_return false;
    const bool sent = co_await send_request();
    error_code error = http::error::end_of_stream;
    if (sent) error = co_await read_heads();
    if (failure_) co_return false;
    if (sent && !error) co_return true;
    const bool http_error = error.category() == make_error_code(http::error::bad_chunk).category();
    const bool closed = !sent || !http_error || error == http::error::end_of_stream;
    if (closed && reused_ && head_.repeatable && attempt == 0 && !line_.heard) {
      app_.reset();
      answer_.reset();
      co_await connect();
      if (failure_) co_return false;
      continue;
    }
    fail(!closed && error != http::error::partial_message ? UpstreamError::bad_answer
         : !sent || pump_broken_                          ? UpstreamError::send
                                                          : UpstreamError::closed);
    co_return false;
  }
}

// Up to the final one, or 101.
asio::awaitable<error_code> Forwarding::read_heads() {
  while (true) {
    answer_parser_.emplace();
    answer_parser_->header_limit(64 * 1024);
    answer_parser_->body_limit(boost::none);
    answer_parser_->skip(asked_.head);
    answer_.emplace(app_->socket, app_->buffer, *answer_parser_);
    const error_code error = co_await answer_->read_head();
    if (error) co_return error;
    line_.first_byte(probe_);
    const unsigned status = answer_parser_->get().result_int();
    if (status >= 200 || (status == 101 && head_.upgrade)) co_return error_code();
    if (status == 101 || status < 100) co_return error_code(http::error::bad_status);
    co_await pass_interim();
    if (failure_) co_return error_code();
  }
}

asio::awaitable<void> Forwarding::pass_interim() {
  if (asked_.http10) co_return;  // which knows none
  const std::string text = make_interim_head(answer_parser_->get()) + "\r\n";
  expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
  const auto [error, n] = co_await asio::async_write(client_, asio::buffer(text), no_throw);
  expect(proxy_.settings().first_byte_timeout, UpstreamError::first_byte_timeout);
  if (!error) co_return;
  begun_ = true;  // in the middle of it nothing else can be said
  fail(UpstreamError::client_left);
}

asio::awaitable<void> Forwarding::send_answer() {
  const auto& answer = answer_parser_->get();
  line_.status = answer.result_int();
  if (line_.status == 101) {
    begun_ = true;
    const std::string text = make_interim_head(answer) + "\r\n";
    const auto [error, n] = co_await asio::async_write(client_, asio::buffer(text), no_throw);
    if (error) fail(UpstreamError::client_left);
    co_return;
  }
  // Whose body isn't read to its end can't be told from the next request.
  if (!body_whole_ && (pumping_ || !request_.is_done())) asked_.keep_alive = false;
  auto head = make_answer_head(answer, answer_->framing(), asked_);
  if (!head) {
    fail(UpstreamError::bad_answer);
    co_return;
  }
  answer_head_ = std::move(*head);
  begun_ = true;
  BodyWriter writer(answer_head_.framing);
  const bool app_keeps = answer_parser_->keep_alive();
  const bool whole = co_await send_body(std::move(writer));
  if (!whole || pumping_) co_return;
  out_.keep_alive = answer_head_.keep_alive;
  // Bytes behind the answer are of nobody's request.
  if (app_keeps && !pump_broken_ && app_->buffer.size() == 0) proxy_.put_back(std::move(app_));
}

// True: all of it.
asio::awaitable<bool> Forwarding::send_body(BodyWriter writer) {
  answer_parser_->get().base().clear();
  std::string head = std::move(answer_head_.text);
  head += "\r\n";
  UpstreamConnection::Piece& buffer = app_->piece;
  if (buffer.size() < first_piece) buffer.resize(first_piece);
  auto first = answer_->take(asio::buffer(buffer));
  while (true) {
    const auto [error, n] = first;
    if (error) {
      fail(UpstreamError::broken_answer);
      co_return false;
    }
    const bool over = answer_->is_done();
    const std::string trailers = over ? make_trailers(answer_parser_->get()) : std::string();
    const auto body = writer.parts({buffer.data(), n}, over, trailers);
    std::array<asio::const_buffer, 4> parts{asio::buffer(head), body[0], body[1], body[2]};
    expect(proxy_.settings().idle_timeout, UpstreamError::idle_timeout);
    const auto [lost, sent] = co_await asio::async_write(client_, parts, no_throw);
    if (lost) fail(UpstreamError::client_left);
    if (failure_) co_return false;
    line_.bytes_out += n;
    probe_.bytes_out.add(n);
    if (over) co_return true;
    head.clear();
    if (n == buffer.size() && n < piece) buffer.resize(piece);
    if (answer_head_.event_stream) expect_nothing();
    auto room = asio::buffer(buffer);
    first = co_await answer_->read(room);
    if (failure_) co_return false;
  }
}

// ---- all of it ----
//
// co_await stands in statements of its own: behind && in a condition GCC 12 lays out the frame
// wrong.

asio::awaitable<Forwarded> Forwarding::run() {
  const bool admitted = take_head() && admit();
  if (admitted) take_body_that_has_come();
  bool answered = false;
  if (admitted && !failure_) answered = co_await read_answer();
  if (answered) co_await send_answer();
  if (pumping_) co_await stop_pump();
  co_return finish();
}

Forwarded Forwarding::finish() {
  if (failure_) {
    probe_.failed(*failure_);
    out_.keep_alive = false;
    if (*failure_ == UpstreamError::client_left) {
      if (!begun_) line_.status = 499;
      begun_ = true;
    }
    if (!begun_) out_.answer = failure_answer(*failure_, line_.accept);
    out_.reset = answer_head_.framing.kind == Framing::Kind::until_close;
  } else if (line_.status == 101) {
    out_.tunnel = std::move(app_);
  }
  if (head_.upgrade && !out_.tunnel) probe_.tunnels_open.add(-1);
  if (out_.answer) {
    line_.status = out_.answer->status;
    out_.keep_alive = asked_.keep_alive && request_.is_done();
  }
  line_.end(proxy_, failure_, reused_);
  return std::move(out_);
}

}  // namespace

asio::awaitable<Forwarded> forward(Proxy& proxy, Socket& client, boost::beast::flat_buffer& buffer,
                                   RequestHeadParser& head, const Peer& peer) {
  Forwarding forwarding(proxy, client, buffer, std::move(head), peer);
  Forwarded forwarded = co_await forwarding.run();
  co_return forwarded;
}

}  // namespace sidestream
