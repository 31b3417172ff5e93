#pragma once
// What one event loop needs to pass requests on to the app: connections, the requests and tunnels
// that are open, and one timer that looks after all of them.
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
#include "sidecar/http/net/quota.hpp"
#include "sidecar/http/proxy/tunnel.hpp"
#include "sidecar/http/proxy/upstream_pool.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// A request that is open, as the timer sees it: from watch() on, as long as it lives. It may
// outlive the proxy, as a request that is open when the process ends goes with its io_context.
class Watched : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Watched() = default;
  // About ten times a second.
  virtual void look(Clock::time_point now) = 0;
};

class Proxy {
 public:
  using Clock = std::chrono::steady_clock;

  // Borrows all but the log.
  Proxy(boost::asio::io_context& io, const UpstreamSettings& settings, ServerProbe& probe,
        const Lifecycle& lifecycle, Quotas& quotas, Logger log);

  boost::asio::io_context& io() { return io_; }
  const UpstreamSettings& settings() const { return settings_; }
  Quotas& quotas() { return quotas_; }
  UpstreamProbe& probe() { return probe_.upstream; }
  // So that clients connect elsewhere with their next request.
  bool is_draining() const { return lifecycle_.is_draining(); }
  const Logger& log() const { return log_; }
  UpstreamPool& pool() { return pool_; }

  // Whether the request that begins now gets a line in the log.
  bool is_logged() { return settings_.access_log > 0 && begun_++ % settings_.access_log == 0; }

  void watch(Watched& watched);

  void put_back(std::unique_ptr<UpstreamConnection> connection);
  // The tunnel keeps the two places: the connection's and its own.
  void add_tunnel(Socket client, UpstreamSocket app, Tunnel::Places places,
                  std::string_view from_client, std::string_view from_app);
  // Cuts the tunnels.
  void close_all();

 private:
  void tick();
  void arm();
  void look_at_tunnels(Clock::time_point now);

  boost::asio::io_context& io_;
  const UpstreamSettings& settings_;
  ServerProbe& probe_;
  const Lifecycle& lifecycle_;
  Quotas& quotas_;
  Logger log_;
  UpstreamPool pool_;
  boost::intrusive::list<Watched, boost::intrusive::constant_time_size<false>> watched_;
  std::list<std::shared_ptr<Tunnel>> tunnels_;
  boost::asio::steady_timer timer_;
  bool armed_ = false;
  bool hurried_ = false;  // armed for requests, not only for what is idle
  std::uint64_t begun_ = 0;
  Clock::time_point tidied_at_{};
};

}  // namespace sidestream
