#pragma once
// A client's connection: a socket, or TLS over it. It reads, writes and waits like an Asio socket, so
// that everything above knows no TLS.
//
// Thread: the socket's loop.

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "sidecar/http/net/awaitable.hpp"
#include "sidecar/http/net/socket.hpp"
#include "sidecar/http/net/tls/session.hpp"

namespace sidestream {

class ClientSocket : public Socket {
 public:
  explicit ClientSocket(Socket plain) : Socket(std::move(plain)) {}

  bool has_tls() const { return tls_ != nullptr; }
  TlsSession& tls() { return *tls_; }

  // From here on the connection speaks TLS: the handshake comes first, by tls(). Requires: the socket
  // is non-blocking, the session is on it, and nothing is pending.
  void start_tls(std::unique_ptr<TlsSession> session) { tls_ = std::move(session); }
  // Reads and writes plain bytes again. Requires: nothing is pending.
  void stop_tls() { tls_.reset(); }
  // Leaves TLS to the kernel: what is written to the socket is encrypted there, and nothing more can
  // be read. Requires: tls().kernel_sends().
  Socket release() && {
    tls_.reset();
    return std::move(static_cast<Socket&>(*this));
  }

  // The client has ended its side, or the connection is broken. Bytes that it has sent stay unread.
  bool peer_has_ended();

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    if (!tls_) return Socket::read_some(buffers, error);
    return tls_->read(first_of<boost::asio::mutable_buffer>(buffers), error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    if (!tls_) return Socket::write_some(buffers, error);
    return write_all_now(buffers, error);
  }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (!tls_) return Socket::async_read_some(buffers, std::forward<Token>(token));
    const auto into = first_of<boost::asio::mutable_buffer>(buffers);
    return transfer(
        [this, into](boost::system::error_code& error) { return tls_->read(into, error); },
        tls_->has_pending() ? Begin::at_once : Begin::readable, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (!tls_) return Socket::async_write_some(buffers, std::forward<Token>(token));
    const auto from = first_of<boost::asio::const_buffer>(buffers);
    return transfer(
        [this, from](boost::system::error_code& error) { return tls_->write(from, error); },
        Begin::writable, std::forward<Token>(token));
  }
  template <class Token>
  auto async_wait(wait_type what, Token&& token) {
    if (tls_ && what == wait_read && tls_->has_pending()) {
      return boost::asio::async_compose<Token, void(boost::system::error_code)>(
          [posted = false, this](auto& self, boost::system::error_code = {}) mutable {
            if (!std::exchange(posted, true))
              return boost::asio::post(get_executor(), std::move(self));
            self.complete({});
          },
          token, *this);
    }
    return Socket::async_wait(what, std::forward<Token>(token));
  }
  void shutdown(shutdown_type what, boost::system::error_code& error) {
    if (tls_ && what == shutdown_send) tls_->say_goodbye();
    Socket::shutdown(what, error);
  }

 private:
  enum class Begin { at_once, readable, writable };

  // An empty sequence is one of no bytes.
  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (auto each = boost::asio::buffer_sequence_begin(buffers);
         each != boost::asio::buffer_sequence_end(buffers); ++each) {
      const Buffer buffer(*each);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  template <class Buffers>
  std::size_t write_all_now(const Buffers& buffers, boost::system::error_code& error) {
    std::size_t sent = 0;
    for (auto each = boost::asio::buffer_sequence_begin(buffers);
         each != boost::asio::buffer_sequence_end(buffers); ++each) {
      boost::asio::const_buffer rest(*each);
      while (rest.size() > 0) {
        const std::size_t n = tls_->write(rest, error);
        if (error) return sent;
        sent += n;
        rest += n;
      }
    }
    return sent;
  }

  // Waits until the socket is ready, then calls `step` until it would block no more.
  template <class Step, class Token>
  auto transfer(Step step, Begin begin, Token&& token) {
    return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
        [this, step, begin, begun = false](auto& self,
                                           boost::system::error_code error = {}) mutable {
          if (error) return self.complete(error, 0);
          if (!std::exchange(begun, true)) {
            if (begin == Begin::at_once) return boost::asio::post(get_executor(), std::move(self));
            return Socket::async_wait(begin == Begin::readable ? wait_read : wait_write,
                                      std::move(self));
          }
          const std::size_t n = step(error);
          if (error == boost::asio::error::would_block)
            return Socket::async_wait(tls_->wanted(), std::move(self));
          self.complete(error, n);
        },
        token, *this);
  }

  std::unique_ptr<TlsSession> tls_;  // null: plain
};

}  // namespace sidestream
