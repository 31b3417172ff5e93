#pragma once
// How a handler answers one request. The protocol of the connection implements it, so handlers know
// neither sockets nor versions of HTTP; tests put a recording responder in its place.
//
// Each request is answered once, by respond(), respond_stream(), open_stream() or pass_on().
//
// Thread: the connection's event loop.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "sidecar/http/limits/byte_budget.hpp"
#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/protocol/fields.hpp"
#include "sidecar/http/protocol/response.hpp"
#include "sidecar/http/streams/outlet.hpp"
#include "sidecar/stream/dialect/dialect.hpp"

namespace sidestream {

// A request's body, or why there is none.
struct Body {
  enum class Outcome {
    whole,
    too_large,  // longer than the limit; the request is still to be answered
    no_room,    // the budget of bodies is used up; the request is still to be answered
    too_slow,   // it took too long; the request is still to be answered
    lost,       // the client left or broke the protocol; the responder has answered
  };
  explicit Body(Outcome what, std::string bytes = {}, HeldBytes reserved = {})
      : outcome(what), text(std::move(bytes)), held(std::move(reserved)) {}

  Outcome outcome;
  std::string text;
  HeldBytes held;  // as long as the text is in memory
};

// Watches the client as long as it exists.
class ClientWatch {
 public:
  virtual ~ClientWatch() = default;
};

class Responder {
 public:
  virtual ~Responder() = default;

  // Sends the response. Without the body's bytes if the method was HEAD.
  virtual Awaitable<void> respond(Response response) = 0;

  // Reads the request's body. Requires: called before the answer, once at most.
  virtual Awaitable<Body> read_body(std::uint64_t limit) = 0;

  // Opens an event stream with these headers. Sends nothing: the head goes out with the outlet's
  // first bytes.
  virtual std::unique_ptr<Outlet> open_stream(Dialect dialect, const Fields& headers) = 0;
  // Sends an event stream that consists of `blocks`, which are of that dialect. Only the head if the
  // method was HEAD.
  virtual Awaitable<void> respond_stream(Dialect dialect, Fields headers, std::string blocks) = 0;

  // Passes the request on to the upstream app and its response back. An upgrade becomes a tunnel.
  // Requires: there is an upstream app.
  virtual Awaitable<void> pass_on() = 0;

  // Calls `left` once, on the loop, if the client leaves before the watch is destroyed.
  // Requires: the watch is destroyed before the request is answered.
  virtual std::unique_ptr<ClientWatch> watch_client(std::function<void()> left) = 0;
};

}  // namespace sidestream
