#include "sidecar/http/proxy/proxy.hpp"

#include <iterator>
#include <utility>

#include "sidecar/http/net/peer.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto tick_time = 100ms;  // a client that has left is noticed within this
constexpr auto tidy_time = 1s;

}  // namespace

Proxy::Proxy(boost::asio::io_context& io, const UpstreamSettings& settings, ServerProbe& probe,
             const Lifecycle& lifecycle, Quotas& quotas, Logger log)
    : io_(io),
      settings_(settings),
      probe_(probe),
      lifecycle_(lifecycle),
      quotas_(quotas),
      log_(std::move(log)),
      pool_(settings.url, probe.upstream),
      timer_(io) {}

void Proxy::watch(Watched& watched) {
  watched_.push_back(watched);
  if (hurried_) return;
  timer_.cancel();
  armed_ = false;
  arm();
}

void Proxy::put_back(std::unique_ptr<UpstreamConnection> connection) {
  pool_.put_back(std::move(connection));
  arm();
}

void Proxy::add_tunnel(Socket client, UpstreamSocket app, Tunnel::Places places,
                       std::string_view from_client, std::string_view from_app) {
  set_proxy_options(client.native_handle());
  auto tunnel = std::make_shared<Tunnel>(std::move(client), std::move(app), std::move(places),
                                         probe_.upstream);
  tunnels_.push_back(tunnel);
  arm();
  tunnel->start(from_client, from_app);
}

void Proxy::close_all() {
  for (const auto& tunnel : tunnels_) tunnel->close();
  look_at_tunnels(Clock::now());
}

void Proxy::arm() {
  if (std::exchange(armed_, true)) return;
  hurried_ = !watched_.empty();
  timer_.expires_after(hurried_ ? Clock::duration(tick_time) : tidy_time);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    armed_ = hurried_ = false;
    tick();
  });
}

void Proxy::tick() {
  const auto now = Clock::now();
  for (auto next = watched_.begin(); next != watched_.end();) {
    Watched& watched = *next++;
    watched.look(now);
  }
  if (now - tidied_at_ >= tidy_time) {
    tidied_at_ = now;
    pool_.tidy(now);
    look_at_tunnels(now);
  }
  if (!watched_.empty() || !tunnels_.empty() || !pool_.empty()) arm();
}

void Proxy::look_at_tunnels(Clock::time_point now) {
  for (auto tunnel = tunnels_.begin(); tunnel != tunnels_.end();) {
    Tunnel& t = **tunnel;
    if (!t.is_over() && now - t.last_active() > settings_.idle_timeout) {
      probe_.upstream.failed(UpstreamError::idle_timeout);
      t.close();
    }
    t.look();
    tunnel = t.is_over() ? tunnels_.erase(tunnel) : std::next(tunnel);
  }
}

}  // namespace sidestream
