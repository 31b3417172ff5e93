#include "sidecar/http/proxy/proxy.hpp"

#include <iterator>
#include <string>
#include <utility>

#include "sidecar/http/net/peer.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto tick_interval = 100ms;  // also how soon a client that has left is noticed
constexpr auto idle_interval = 1s;

std::string authority_of(const UpstreamAddress& app) {
  if (!app.socket.empty()) return "localhost";
  const bool v6 = app.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + app.host + "]" : app.host;
  return app.port == 80 ? host : host + ":" + std::to_string(app.port);
}

}  // namespace

Proxy::Proxy(boost::asio::io_context& io, const UpstreamSettings& settings, ServerProbe& probe,
             const Lifecycle& lifecycle, Quotas& quotas, Logger log)
    : io_(io),
      settings_(settings),
      traits_{authority_of(settings.url), settings.via},
      probe_(probe),
      lifecycle_(lifecycle),
      quotas_(quotas),
      log_(std::move(log)),
      pool_(settings.url, probe.upstream),
      timer_(io) {}

void Proxy::add_ticked(Ticked& ticked) {
  ticked_.push_back(ticked);
  if (ticks_) return;
  timer_.cancel();
  timer_runs_ = false;
  start_timer();
}

void Proxy::release(std::unique_ptr<UpstreamConnection> connection) {
  pool_.put(std::move(connection));
  start_timer();
}

void Proxy::add_tunnel(ClientSocket client, UpstreamSocket app, Tunnel::Places places,
                       std::string_view from_client, std::string_view from_app) {
  set_proxy_options(client.native_handle());
  auto tunnel = std::make_shared<Tunnel>(std::move(client), std::move(app), std::move(places),
                                         probe_.upstream);
  tunnels_.push_back(tunnel);
  start_timer();
  tunnel->start(from_client, from_app);
}

void Proxy::close_all() {
  for (const auto& tunnel : tunnels_) tunnel->close();
  check_tunnels(Clock::now());
}

void Proxy::start_timer() {
  if (std::exchange(timer_runs_, true)) return;
  ticks_ = !ticked_.empty();
  timer_.expires_after(ticks_ ? Clock::duration(tick_interval) : idle_interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    timer_runs_ = ticks_ = false;
    on_timer();
  });
}

void Proxy::on_timer() {
  const auto now = Clock::now();
  for (auto next = ticked_.begin(); next != ticked_.end();) {
    Ticked& ticked = *next++;
    ticked.on_tick(now);
  }
  if (now - idle_checked_at_ >= idle_interval) {
    idle_checked_at_ = now;
    pool_.remove_expired(now);
    check_tunnels(now);
  }
  if (!ticked_.empty() || !tunnels_.empty() || !pool_.empty()) start_timer();
}

void Proxy::check_tunnels(Clock::time_point now) {
  for (auto tunnel = tunnels_.begin(); tunnel != tunnels_.end();) {
    Tunnel& t = **tunnel;
    if (!t.is_closed() && now - t.last_active() > settings_.idle_timeout) {
      probe_.upstream.failed(UpstreamError::idle_timeout);
      t.close();
    }
    t.close_if_broken();
    tunnel = t.is_closed() ? tunnels_.erase(tunnel) : std::next(tunnel);
  }
}

}  // namespace sidestream
