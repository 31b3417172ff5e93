#include "sidecar/http/net/peer.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <optional>

namespace sidestream {
namespace {

void set(int socket, int level, int option, int value) {
  // Options are improvements; a socket that refuses one still serves.
  static_cast<void>(::setsockopt(socket, level, option, &value, sizeof value));
}

// An idle peer that has vanished: noticed after 20 + 3 x 10 s.
void set_keepalive(int socket) {
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

std::optional<tcp_info> tcp_info_of(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  return info;
}

constexpr int send_buffer = 128 * 1024;      // the kernel doubles it for its own use
constexpr unsigned silence_max_ms = 40'000;  // with the check's interval and a heartbeat below 60 s

}  // namespace

void set_stream_options(int socket) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket, SOL_SOCKET, SO_SNDBUF, send_buffer);
  set_keepalive(socket);
}

void set_proxy_options(int socket) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_keepalive(socket);
}

bool peer_has_left(int socket) {
  const auto info = tcp_info_of(socket);
  return info && info->tcpi_state != TCP_ESTABLISHED;
}

bool peer_has_reset(int socket) {
  const auto info = tcp_info_of(socket);
  return info && info->tcpi_state == TCP_CLOSE;
}

bool peer_is_dead(int socket) {
  const auto info = tcp_info_of(socket);
  if (!info) return false;
  // In flight and unacknowledged, or probes of a closed window that nobody answers.
  const bool waiting = info->tcpi_unacked > 0 || info->tcpi_probes > 1;
  return waiting && info->tcpi_last_ack_recv > silence_max_ms;
}

}  // namespace sidestream
