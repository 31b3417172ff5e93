#pragma once
// One request to the upstream app and its response. The request half and run() are in
// proxy_request.cpp, the response half in proxy_response.cpp.
//
// Thread: the client's event loop. Borrows everything it is given until run() has completed. Never
// throws for what the network does.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/quota.hpp"
#include "sidecar/http/proxy/access_line.hpp"
#include "sidecar/http/proxy/answer_head.hpp"
#include "sidecar/http/proxy/body_writer.hpp"
#include "sidecar/http/proxy/message_reader.hpp"
#include "sidecar/http/proxy/proxy_result.hpp"
#include "sidecar/http/proxy/request_head.hpp"

namespace sidestream {

class ProxyRequest final : public Watched {
 public:
  using Clock = std::chrono::steady_clock;

  ProxyRequest(Proxy& proxy, Socket& client, boost::beast::flat_buffer& buffer,
               RequestHeadParser&& head, const Peer& peer)
      : proxy_(proxy),
        client_(client),
        parser_(std::move(head)),
        request_(client, buffer, parser_),
        peer_(peer),
        pumped_(proxy.io()),
        probe_(proxy.probe()) {
    proxy.watch(*this);
  }

  // Call it once.
  Awaitable<ProxyResult> run();

  void look(Clock::time_point now) override;

 private:
  // Bytes of one read of a body: the first, and the most.
  static constexpr std::size_t first_read = 8 * 1024;
  static constexpr std::size_t read_max = 64 * 1024;

  using RequestReader = MessageReader<true, Socket>;
  using AnswerReader = MessageReader<false, UpstreamSocket>;

  bool admit();
  bool take_head();
  void take_body_that_has_come();
  bool take_idle_connection();
  Awaitable<void> connect();
  void request_is_sent();
  Awaitable<void> pump_request();
  Awaitable<void> stop_pump();
  Awaitable<bool> read_answer();
  void begin_answer();
  bool has_answer(boost::system::error_code& error);
  Awaitable<boost::system::error_code> read_heads();
  Awaitable<void> pass_interim();
  Awaitable<void> send_answer();
  Awaitable<void> send_upgrade();
  bool make_answer();
  void answer_is_sent(bool app_keeps);
  ProxyResult finish();

  void fail(UpstreamError error);
  void cut();
  // Counted from the timer's next look, as many things are expected of one request and few are
  // late.
  void expect(Clock::duration within, UpstreamError otherwise) {
    deadline_.reset();
    within_ = within;
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
  std::string sent_first_;   // the request's head, and what of its body came with it
  bool body_whole_ = false;  // that is all of it
  std::unique_ptr<UpstreamConnection> app_;
  bool reused_ = false;
  std::optional<AnswerReader::Parser> answer_parser_;
  std::optional<AnswerReader> answer_;
  AnswerHead answer_head_;
  ProxyResult out_;
  AccessLine line_;

  bool pumping_ = false;      // pump_request runs
  bool pump_broken_ = false;  // the app takes no more of the body
  boost::asio::steady_timer pumped_;
  bool begun_ = false;  // the client has got bytes of the answer
  std::optional<UpstreamError> failure_;
  std::optional<Clock::time_point> deadline_ = Clock::time_point::max();
  Clock::duration within_{};
  UpstreamError overdue_{};
  std::optional<Place> place_;   // among the requests
  std::optional<Place> tunnel_;  // of an upgrade
  UpstreamProbe& probe_;
};

}  // namespace sidestream
