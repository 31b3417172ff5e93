#pragma once
// The response half of a proxied request: reads the app's response and sends it to the client.
//
// Thread: the client's event loop. Borrows the exchange.

#include <boost/system/error_code.hpp>
#include <optional>

#include "sidecar/http/proxy/message_reader.hpp"
#include "sidecar/http/proxy/proxy_exchange.hpp"

namespace sidestream {

class ProxyResponse {
 public:
  explicit ProxyResponse(ProxyExchange& exchange) : exchange_(exchange) {}

  // Starts a response on the exchange's connection. `upgrade`: 101 is allowed.
  void begin(bool upgrade);
  // Takes the head that ends the interim ones from what was read already. False: more must be read.
  bool take_head(boost::system::error_code& error);
  // Reads up to that head and forwards interim ones. Requires: take_head() returned false.
  Awaitable<boost::system::error_code> read_head();

  // Rewrites the head. `request_read`: the client's connection is at the end of the request.
  // False: the response is invalid, and the exchange has failed. Requires: the head was taken.
  bool prepare(bool request_read);
  // Sends the head and the body. Requires: prepare() returned true.
  Awaitable<void> send();

  // Sent to its end.
  bool is_complete() const { return complete_; }
  // Whether the client's and the app's connection can take another request after it.
  bool keeps_client() const { return head_.keep_alive; }
  bool keeps_app() const { return keeps_app_; }
  // The end of the connection means the end of the body: a broken response must be reset.
  bool ends_with_connection() const { return head_.framing.kind == Framing::Kind::until_close; }

 private:
  using Reader = MessageReader<false, UpstreamSocket>;

  bool canonicalize_buffer();
  Awaitable<void> forward_interim();
  Awaitable<void> send_upgrade();

  ProxyExchange& exchange_;
  std::optional<Reader::Parser> parser_;
  std::optional<Reader> reader_;
  ResponseHead head_;
  bool upgrade_ = false;
  bool complete_ = false;
  bool keeps_app_ = false;
};

}  // namespace sidestream
