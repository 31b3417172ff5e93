#pragma once
// An upgraded connection (a WebSocket): copies bytes both ways until both sides have ended. An idle
// tunnel holds its two sockets and no buffer; the loop's tunnels share one.
//
// Thread: one event loop. Owned by the proxy's list; pending waits refer to it weakly.

#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "sidecar/http/limits/connection_table.hpp"
#include "sidecar/http/limits/quota.hpp"
#include "sidecar/http/net/client_socket.hpp"
#include "sidecar/http/proxy/upstream_pool.hpp"

namespace sidestream {

class Tunnel : public std::enable_shared_from_this<Tunnel> {
 public:
  using Clock = std::chrono::steady_clock;

  struct Places {
    ConnectionPlace connection;
    Place tunnel;
  };

  Tunnel(ClientSocket client, UpstreamSocket app, Places places, UpstreamProbe& probe);

  // `from_client`, `from_app`: bytes that were read behind the heads.
  void start(std::string_view from_client, std::string_view from_app);
  bool is_closed() const { return closed_; }
  Clock::time_point last_active() const { return last_active_; }
  // Closes it if either side is broken, even when no wait is pending there.
  void close_if_broken();
  void close();

 private:
  enum class Way { up, down };  // to the app, to the client
  struct Direction {
    std::string rest;  // read, not yet written to the other side
    bool ended = false;
  };

  template <class From, class To>
  void pump(Way way, From& from, To& to);
  template <class From, class To>
  void forward_end(Direction& direction, From& from, To& to);
  template <class Socket_>
  void wait(Socket_& socket, boost::asio::socket_base::wait_type what, Way way);
  void resume(Way way);
  Direction& direction(Way way) { return directions_[way == Way::up ? 0 : 1]; }

  Places places_;
  ClientSocket client_;
  UpstreamSocket app_;
  UpstreamProbe& probe_;
  std::array<Direction, 2> directions_;
  Clock::time_point last_active_ = Clock::now();
  bool closed_ = false;
};

}  // namespace sidestream
