#pragma once
// Where the bytes of one stream go. The stream table knows a connection only through this, so tests
// put a recording outlet in its place and HTTP/2 can be another implementation.
//
// Thread: the stream's event loop.
// Owns: the connection, which the destructor closes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sidestream {

// How a stream's blocks are framed on the connection.
enum class Coding : std::uint8_t {
  identity,  // HTTP/1.0: bare blocks until the connection closes
  chunked,   // HTTP/1.1
};
inline constexpr std::size_t coding_count = 2;

// Receives the readiness of outlets. `stream` is the name that was given to the outlet.
class OutletEvents {
 public:
  virtual ~OutletEvents() = default;
  virtual void on_writable(std::uint64_t stream) = 0;
  virtual void on_readable(std::uint64_t stream) = 0;
};

class Outlet {
 public:
  virtual ~Outlet() = default;

  virtual Coding coding() const = 0;

  // Never waits. The first call sends the response head in front of the pieces.
  struct Sent {
    std::size_t bytes = 0;  // of the pieces together; less than offered: the connection is full
    bool broken = false;
  };
  virtual Sent send(std::span<const std::string_view> pieces) = 0;
  // Ends the response. The connection stays open until the client closes it or the table drops it.
  virtual void finish() = 0;
  // Instead of finish(), before the destructor: the client must not take what it got for the whole
  // response. Of a chunked one it knows.
  virtual void cut() {}

  // Each calls `events` once, never before it returns. A call may come after the outlet is gone.
  virtual void wait_writable(OutletEvents& events, std::uint64_t stream) = 0;
  virtual void wait_readable(OutletEvents& events, std::uint64_t stream) = 0;

  // Reads and drops what the client has sent. Call it when the outlet is readable.
  enum class Input {
    none,      // nothing more for now
    closed,    // the client has closed its side, or the connection is broken
    enough,    // the reader wants no more: the stream ends
    too_much,  // more than a client of an event stream may send
  };
  virtual Input discard_input() = 0;

  // No sign of life for long although something was sent.
  virtual bool peer_is_dead() const = 0;
};

}  // namespace sidestream
