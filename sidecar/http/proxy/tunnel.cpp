#include "sidecar/http/proxy/tunnel.hpp"

#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <utility>

namespace sidestream {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t piece = 64 * 1024;
constexpr int pieces_most = 8;  // of one direction in a row, so that others have their turn

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

Tunnel::Tunnel(Socket client, UpstreamSocket app, Places places, UpstreamProbe& probe)
    : places_(std::move(places)), client_(std::move(client)), app_(std::move(app)), probe_(probe) {}

void Tunnel::start(std::string_view from_client, std::string_view from_app) {
  error_code ignored;
  client_.non_blocking(true, ignored);
  app_.non_blocking(true, ignored);
  direction(Way::up).rest = from_client;
  direction(Way::down).rest = from_app;
  go_on(Way::up);
  go_on(Way::down);
}

void Tunnel::look() {
  std::array<pollfd, 2> sides{{{client_.native_handle(), 0, 0}, {app_.native_handle(), 0, 0}}};
  if (!over_ && ::poll(sides.data(), sides.size(), 0) > 0) close();
}

void Tunnel::close() {
  if (std::exchange(over_, true)) return;
  error_code ignored;
  client_.close(ignored);
  app_.close(ignored);
}

void Tunnel::go_on(Way way) {
  if (over_) return;
  if (way == Way::up) {
    pump(way, client_, app_);
  } else {
    pump(way, app_, client_);
  }
}

template <class From, class To>
void Tunnel::pump(Way way, From& from, To& to) {
  thread_local std::array<char, piece> scratch;
  Direction& d = direction(way);
  Counter& bytes = way == Way::up ? probe_.bytes_in : probe_.bytes_out;
  for (int i = 0; i < pieces_most; ++i) {
    std::string_view have = d.rest;
    if (have.empty()) {
      error_code error;
      const std::size_t n = from.read_some(asio::buffer(scratch), error);
      if (would_block(error)) return wait(from, asio::socket_base::wait_read, way);
      if (error == asio::error::eof) return forward_end(d, from, to);
      if (error) return close();
      have = {scratch.data(), n};
    }
    last_active_ = Clock::now();
    error_code error;
    const std::size_t sent = to.write_some(asio::buffer(have), error);
    if (error && !would_block(error)) return close();
    bytes.add(sent);
    if (sent < have.size()) {
      d.rest = std::string(have.substr(sent));
      return wait(to, asio::socket_base::wait_write, way);
    }
    std::string().swap(d.rest);
  }
  wait(from, asio::socket_base::wait_read, way);
}

// One side has said all; the other may still answer.
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
    if (const auto self = weak.lock()) self->go_on(way);
  });
}

}  // namespace sidestream
