#pragma once
// A coroutine that reads a socket, whose other end sends the input in pieces and then ends. Nothing
// waits: each piece is sent when all before it has been read.

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string_view>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/socket.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {

class SocketFeed {
 public:
  SocketFeed() {
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "a socket");
    sender_ = ends[0];
    receiver_ = ends[1];
  }
  ~SocketFeed() {
    ::close(sender_);
    loop().restart();
    loop().poll();  // timers and operations that were cancelled
  }
  SocketFeed(const SocketFeed&) = delete;
  SocketFeed& operator=(const SocketFeed&) = delete;

  // The other end. Called once; the socket must be gone before this.
  sidestream::Socket take_socket() {
    sidestream::Socket socket(loop());
    socket.assign(boost::asio::ip::tcp::v6(), receiver_);
    return socket;
  }

  // Throws what the task throws. Broken: it does not end with its input.
  void run(sidestream::Awaitable<void> task, std::string_view bytes, std::size_t piece) {
    bool ended = false;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop(), std::move(task), [&](std::exception_ptr what) {
      ended = true;
      thrown = what;
    });
    turn();
    while (!ended && !bytes.empty()) {
      const auto sent = ::send(sender_, bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL);
      require(sent > 0, "the socket has room");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      turn();
    }
    ::shutdown(sender_, SHUT_WR);
    turn();
    if (thrown) std::rethrow_exception(thrown);
    require(ended, "reading ends with the input");
  }

 private:
  // One for all inputs, as it costs several system calls.
  static boost::asio::io_context& loop() {
    static boost::asio::io_context loop(1);
    return loop;
  }
  static void turn() {
    loop().restart();
    loop().poll();
  }

  int sender_ = -1;
  int receiver_ = -1;
};

}  // namespace fuzz
