#pragma once
// An upgraded connection (a WebSocket): bytes both ways until both sides have ended. Idle, it keeps
// its two sockets and nothing else; what moves bytes is shared by the loop.
//
// Thread: one event loop. Owned by the proxy's list; its waits refer to it weakly.

#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "sidecar/http/net/quota.hpp"
#include "sidecar/http/net/socket.hpp"
#include "sidecar/http/proxy/upstream_pool.hpp"

namespace sidestream {

class Tunnel : public std::enable_shared_from_this<Tunnel> {
 public:
  using Clock = std::chrono::steady_clock;

  struct Places {
    Place connection;
    Place tunnel;
  };

  Tunnel(Socket client, UpstreamSocket app, Places places, UpstreamProbe& probe);

  // `from_client`, `from_app`: what was read behind the heads already.
  void start(std::string_view from_client, std::string_view from_app);
  bool is_over() const { return over_; }
  Clock::time_point last_active() const { return last_active_; }
  // Ends it where a side is broken, though nothing is to be read of it now.
  void look();
  void close();

 private:
  enum class Way { up, down };  // to the app, to the client
  struct Direction {
    std::string rest;  // read, but not taken by the other side yet
    bool ended = false;
  };

  template <class From, class To>
  void pump(Way way, From& from, To& to);
  template <class From, class To>
  void forward_end(Direction& direction, From& from, To& to);
  template <class Socket_>
  void wait(Socket_& socket, boost::asio::socket_base::wait_type what, Way way);
  void go_on(Way way);
  Direction& direction(Way way) { return directions_[way == Way::up ? 0 : 1]; }

  Places places_;
  Socket client_;
  UpstreamSocket app_;
  UpstreamProbe& probe_;
  std::array<Direction, 2> directions_;
  Clock::time_point last_active_ = Clock::now();
  bool over_ = false;
};

}  // namespace sidestream
