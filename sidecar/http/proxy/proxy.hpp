#pragma once
// What one event loop needs to pass requests on to the app: connections, the requests and tunnels
// that are open, and one timer that looks after all of them.
//
// Thread: its event loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <utility>

#include "sidecar/base/log.hpp"
#include "sidecar/http/proxy/tunnel.hpp"
#include "sidecar/http/proxy/upstream_pool.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// A request that is open, as the timer sees it.
class Watched {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Watched() = default;
  // About ten times a second.
  virtual void look(Clock::time_point now) = 0;
};

// As long as it lives, its request is looked at. May outlive the proxy: a request that is open when
// the process ends goes with its io_context.
class Watch {
 public:
  using List = std::list<Watched*>;

  Watch(std::shared_ptr<List> list, Watched& watched)
      : list_(std::move(list)), place_(list_->insert(list_->end(), &watched)) {}
  ~Watch() { list_->erase(place_); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  std::shared_ptr<List> list_;
  List::iterator place_;
};

class Proxy {
 public:
  using Clock = std::chrono::steady_clock;

  // Borrows all but the log.
  Proxy(boost::asio::io_context& io, const UpstreamSettings& settings, UpstreamProbe& probe,
        Log log);

  boost::asio::io_context& io() { return io_; }
  const UpstreamSettings& settings() const { return settings_; }
  UpstreamProbe& probe() { return probe_; }
  const Log& log() const { return log_; }
  UpstreamPool& pool() { return pool_; }

  // Whether the request that begins now gets a line in the log.
  bool is_logged() { return settings_.access_log > 0 && begun_++ % settings_.access_log == 0; }

  Watch watch(Watched& watched);

  void put_back(std::unique_ptr<UpstreamConnection> connection);
  // Requires: its place among tunnels_open is taken already.
  void add_tunnel(Socket client, UpstreamSocket app, std::string_view from_client,
                  std::string_view from_app);
  // Cuts the tunnels.
  void close_all();

 private:
  void tick();
  void arm();
  void arm_for(Clock::duration time);
  void look_at_tunnels(Clock::time_point now);

  boost::asio::io_context& io_;
  const UpstreamSettings& settings_;
  UpstreamProbe& probe_;
  Log log_;
  UpstreamPool pool_;
  std::shared_ptr<Watch::List> watched_ = std::make_shared<Watch::List>();
  std::list<std::shared_ptr<Tunnel>> tunnels_;
  boost::asio::steady_timer timer_;
  bool armed_ = false;
  std::uint64_t begun_ = 0;
  Clock::time_point tidied_at_{};
};

}  // namespace sidestream
