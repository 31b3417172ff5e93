#include "sidecar/http/streams/tcp_outlet.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>

#include "sidecar/http/net/peer.hpp"

namespace sidestream {
namespace {

namespace ip = boost::asio::ip;

constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;
// What a client may send on a stream; more is not a client's behaviour.
constexpr std::size_t input_max = 64 * 1024;

constexpr std::size_t pieces_max = 4;  // of one send, the response head included

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

ssize_t send_pieces(int socket, std::span<const std::string_view> pieces) {
  if (pieces.size() == 1) return ::send(socket, pieces[0].data(), pieces[0].size(), send_flags);
  std::array<iovec, pieces_max> vectors;
  assert(pieces.size() <= vectors.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = pieces.size();
  return ::sendmsg(socket, &message, send_flags);
}

}  // namespace

Outlet::Sent TcpOutlet::send(std::span<const std::string_view> pieces) {
  if (head_) return send_with_head(pieces);
  const ssize_t n = send_pieces(socket_.native_handle(), pieces);
  if (n >= 0) return {static_cast<std::size_t>(n), false};
  return {0, !would_block(errno)};
}

Outlet::Sent TcpOutlet::send_with_head(std::span<const std::string_view> pieces) {
  std::array<std::string_view, pieces_max> all{*head_};
  assert(pieces.size() < all.size());
  std::copy(pieces.begin(), pieces.end(), all.begin() + 1);
  const ssize_t n = send_pieces(socket_.native_handle(), {all.data(), pieces.size() + 1});
  if (n < 0) return {0, !would_block(errno)};
  const auto sent = static_cast<std::size_t>(n);
  const std::size_t of_head = std::min(sent, head_->size());
  head_->erase(0, of_head);
  if (head_->empty()) head_.reset();
  return {sent - of_head, false};
}

void TcpOutlet::finish() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

// Where the response ends with the connection, only a reset tells a cut from an end. The destructor
// of an Asio socket would take the option back, so it is closed here.
void TcpOutlet::cut() {
  if (coding_ == Coding::chunked) return;
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  place_ = ConnectionPlace();  // which names the descriptor
  socket_.close(ignored);
}

void TcpOutlet::wait_writable(OutletEvents& events, std::uint64_t stream) {
  socket_.async_wait(Socket::wait_write,
                     [&events, stream](boost::system::error_code) { events.on_writable(stream); });
}

void TcpOutlet::wait_readable(OutletEvents& events, std::uint64_t stream) {
  socket_.async_wait(Socket::wait_read,
                     [&events, stream](boost::system::error_code) { events.on_readable(stream); });
}

Outlet::Input TcpOutlet::discard_input() {
  char ignored[4096];
  for (std::size_t read = 0; read < input_max;) {
    const ssize_t n = ::recv(socket_.native_handle(), ignored, sizeof ignored, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && !would_block(errno))) return Input::closed;
    if (n < 0) return Input::none;
    read += static_cast<std::size_t>(n);
  }
  return Input::too_much;
}

bool TcpOutlet::peer_is_dead() const { return sidestream::peer_is_dead(socket_.native_handle()); }

}  // namespace sidestream
