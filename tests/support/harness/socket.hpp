#pragma once
// A TCP connection to loopback with deadlines instead of blocking.
//
// Thread: one at a time. Errors: WireError for everything that must not happen.

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/harness/wait.hpp"

namespace e2e {

// The other side did what it must not do, or nothing for too long.
struct WireError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Address {
  std::string host;
  std::uint16_t port = 0;
  std::string text() const { return host + ":" + std::to_string(port); }
  static Address parse(std::string_view text);
};

// A port that nothing listens on now.
std::uint16_t free_port();
// Whether somebody takes a connection there.
bool listens(const Address& address);

class Socket {
 public:
  enum class End { open, closed, reset };  // closed: an orderly FIN

  Socket() = default;
  // `receive_buffer` > 0 makes a reader that stalls early.
  explicit Socket(const Address& address, int receive_buffer = 0);
  static Socket adopt(int fd);  // one that somebody else has connected or accepted
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void send(std::string_view bytes, Clock::duration within = 10s * patience);
  // Appends what is there to `bytes`, waiting for the first byte. False: nothing came in time or
  // the connection has ended (see end()).
  bool receive(std::string& bytes, Clock::duration within);
  End end() const { return end_; }

  void finish_sending();  // FIN
  void close();           // orderly
  void reset();           // RST

 private:
  int fd_ = -1;
  End end_ = End::open;
};

}  // namespace e2e
