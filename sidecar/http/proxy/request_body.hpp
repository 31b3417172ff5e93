#pragma once
// The body of a proxied request: read from the client, framed anew, sent to the app.
//
// Thread: the client's event loop. Borrows the exchange and the client's buffer.

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "sidecar/http/limits/address_quota.hpp"
#include "sidecar/http/proxy/body_writer.hpp"
#include "sidecar/http/proxy/message_reader.hpp"
#include "sidecar/http/proxy/minimum_rate.hpp"
#include "sidecar/http/proxy/proxy_exchange.hpp"
#include "sidecar/http/proxy/proxy_result.hpp"
#include "sidecar/http/proxy/request_head.hpp"

namespace sidestream {

class RequestBody {
 public:
  RequestBody(ProxyExchange& exchange, boost::beast::flat_buffer& buffer, RequestHeadParser&& head);

  // The parsed head. Emptied by append_received().
  const RequestHeader& head() { return parser_.get().base(); }
  Framing framing() const { return reader_.framing(); }
  bool keeps_client() { return parser_.keep_alive(); }

  // Appends what has been received of the body, framed as `framing` says.
  void append_received(std::string& out, const Framing& framing);
  // Appends more of it, until it is whole, 64 KiB have arrived or 1 s has passed. So slow clients
  // occupy no place of the app while they begin. Requires: append_received() was called.
  Awaitable<void> hold_back(std::string& out);
  // What the client's address holds until the whole body is sent.
  void hold(AddressPlace place) { place_ = std::move(place); }
  // The whole body has been received.
  bool is_received() const { return reader_.is_done(); }

  // Sends the rest to the app while the response is already read.
  // Requires: connected; the head and what append_received() gave are sent.
  void start_sending();
  bool is_sending() const { return sending_; }
  // Waits until sending has stopped; closes the connection to the app for that.
  Awaitable<void> stop_sending();

 private:
  using Reader = MessageReader<true, ClientSocket>;

  Awaitable<void> send_rest();
  Awaitable<bool> read_piece(boost::asio::mutable_buffer room, std::size_t& size);
  Awaitable<bool> send_piece(BodyWriter& writer, std::string_view piece);
  bool add_piece(std::string& out, std::string_view piece);
  bool exceeds_limit() const;

  ProxyExchange& exchange_;
  Reader::Parser parser_;
  Reader reader_;
  Framing framing_;  // towards the app
  MinimumRate rate_;
  AddressPlace place_;
  bool sending_ = false;
  boost::asio::steady_timer stopped_;  // cancelled when sending stops
};

}  // namespace sidestream
