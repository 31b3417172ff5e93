#pragma once
// The proxy of one event loop: connections to the app, open requests and tunnels, and one timer for
// all their deadlines.
//
// Thread: its event loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <utility>

#include "sidecar/base/lifecycle.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/limits/quota.hpp"
#include "sidecar/http/proxy/request_head.hpp"
#include "sidecar/http/proxy/tunnel.hpp"
#include "sidecar/http/proxy/upstream_pool.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// Called on each tick of the proxy's timer, from add_ticked() to its destruction. It may outlive the
// proxy: requests that are open when the process ends are destroyed with the io_context.
class Ticked : public boost::intrusive::list_base_hook<
                   boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Ticked() = default;
  // About ten times a second.
  virtual void on_tick(Clock::time_point now) = 0;
};

class Proxy {
 public:
  using Clock = std::chrono::steady_clock;

  // Borrows all but the logger.
  Proxy(boost::asio::io_context& io, const UpstreamSettings& settings, ServerProbe& probe,
        const Lifecycle& lifecycle, Quotas& quotas, Logger log);

  boost::asio::io_context& io() { return io_; }
  const UpstreamSettings& settings() const { return settings_; }
  const UpstreamTraits& traits() const { return traits_; }
  Quotas& quotas() { return quotas_; }
  UpstreamProbe& probe() { return probe_.upstream; }
  // Connections then close after the response, so that clients connect elsewhere.
  bool is_draining() const { return lifecycle_.is_draining(); }
  const Logger& log() const { return log_; }
  UpstreamPool& pool() { return pool_; }

  // Whether the request that starts now gets an access-log line.
  bool is_logged() { return settings_.access_log > 0 && started_++ % settings_.access_log == 0; }

  void add_ticked(Ticked& ticked);

  // Returns an idle connection to the pool.
  void release(std::unique_ptr<UpstreamConnection> connection);
  // `from_client`, `from_app`: bytes that were read behind the heads. The tunnel keeps the places.
  void add_tunnel(ClientSocket client, UpstreamSocket app, Tunnel::Places places,
                  std::string_view from_client, std::string_view from_app);
  // Closes the tunnels.
  void close_all();

 private:
  void on_timer();
  void start_timer();
  void check_tunnels(Clock::time_point now);

  boost::asio::io_context& io_;
  const UpstreamSettings& settings_;
  const UpstreamTraits traits_;
  ServerProbe& probe_;
  const Lifecycle& lifecycle_;
  Quotas& quotas_;
  Logger log_;
  UpstreamPool pool_;
  boost::intrusive::list<Ticked, boost::intrusive::constant_time_size<false>> ticked_;
  std::list<std::shared_ptr<Tunnel>> tunnels_;
  boost::asio::steady_timer timer_;
  bool timer_runs_ = false;
  bool ticks_ = false;  // the timer runs at the pace of requests, not of idle connections
  std::uint64_t started_ = 0;
  Clock::time_point idle_checked_at_{};
};

}  // namespace sidestream
