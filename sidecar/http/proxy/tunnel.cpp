#include "sidecar/http/proxy/tunnel.hpp"

#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_max = 64 * 1024;
constexpr int reads_in_a_row = 8;  // of one direction, so that other connections are served too

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

Tunnel::Tunnel(ClientSocket client, UpstreamSocket app, Places places, UpstreamProbe& probe)
    : places_(std::move(places)), client_(std::move(client)), app_(std::move(app)), probe_(probe) {}

void Tunnel::start(std::string_view from_client, std::string_view from_app) {
  error_code ignored;
  client_.non_blocking(true, ignored);
  app_.non_blocking(true, ignored);
  direction(Way::up).rest = from_client;
  direction(Way::down).rest = from_app;
  resume(Way::up);
  resume(Way::down);
}

void Tunnel::close_if_broken() {
  std::array<pollfd, 2> sides{{{client_.native_handle(), 0, 0}, {app_.native_handle(), 0, 0}}};
  if (!closed_ && ::poll(sides.data(), sides.size(), 0) > 0) close();
}

void Tunnel::close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  client_.close(ignored);
  app_.close(ignored);
}

void Tunnel::resume(Way way) {
  if (closed_) return;
  if (way == Way::up) {
    pump(way, client_, app_);
  } else {
    pump(way, app_, client_);
  }
}

template <class From, class To>
void Tunnel::pump(Way way, From& from, To& to) {
  thread_local std::array<char, read_max> scratch;
  Direction& d = direction(way);
  Counter& counter = way == Way::up ? probe_.bytes_in : probe_.bytes_out;
  for (int i = 0; i < reads_in_a_row; ++i) {
    std::string_view bytes = d.rest;
    if (bytes.empty()) {
      error_code error;
      const std::size_t n = from.read_some(asio::buffer(scratch), error);
      if (would_block(error)) return wait(from, asio::socket_base::wait_read, way);
      if (error == asio::error::eof) return forward_end(d, from, to);
      if (error) return close();
      bytes = {scratch.data(), n};
    }
    last_active_ = Clock::now();
    error_code error;
    const std::size_t sent = to.write_some(asio::buffer(bytes), error);
    if (error && !would_block(error)) return close();
    counter.add(sent);
    if (sent < bytes.size()) {
      d.rest = std::string(bytes.substr(sent));
      return wait(to, asio::socket_base::wait_write, way);
    }
    std::string().swap(d.rest);
  }
  wait(from, asio::socket_base::wait_read, way);
}

// One side has ended; the other may still send.
template <class From, class To>
void Tunnel::forward_end(Direction& d, From& from, To& to) {
  d.ended = true;
  if (directions_[0].ended && directions_[1].ended) return close();
  error_code ignored;
  from.shutdown(asio::socket_base::shutdown_receive, ignored);
  to.shutdown(asio::socket_base::shutdown_send, ignored);
}

template <class Socket_>
void Tunnel::wait(Socket_& socket, asio::socket_base::wait_type what, Way way) {
  socket.async_wait(what, [weak = weak_from_this(), way](const error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->resume(way);
  });
}

}  // namespace sidestream
