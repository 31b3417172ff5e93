#include "sidecar/metrics/upstream_families.hpp"

#include <algorithm>
#include <array>

namespace sidestream {
namespace {

// These series exist from the start, so that the first error is an increase and not a new series.
constexpr std::array<std::size_t, 7> always{200, 404, 499, 500, 502, 503, 504};

bool worth_a_series(std::size_t code, std::uint64_t count) {
  return count > 0 || std::find(always.begin(), always.end(), code) != always.end();
}

}  // namespace

void add_upstream(MetricsText& text, const UpstreamProbe& probe, std::uint64_t requests,
                  std::uint64_t tunnels) {
  text.counter("upstream_requests_total",
               "Proxied requests by response status; 499: the client closed the connection");
  for (std::size_t code = 0; code < UpstreamProbe::codes; ++code) {
    const auto count = probe.requests[code].value();
    if (!worth_a_series(code, count)) continue;
    text.sample({{"code", std::to_string(code)}}, static_cast<double>(count));
  }
  text.gauge("upstream_requests_open", "Open proxied requests");
  text.sample({}, static_cast<double>(requests));
  text.gauge("upstream_tunnels_open", "Upgraded connections (WebSockets)");
  text.sample({}, static_cast<double>(tunnels));
  text.gauge("upstream_pool_idle", "Idle connections to the upstream app");
  text.sample({}, static_cast<double>(probe.pool_idle.value()));
  text.counter("upstream_connections_total", "Connections opened to the upstream app");
  text.sample({}, static_cast<double>(probe.connections.value()));
  text.counter("upstream_bytes_total",
               "Bytes of bodies and tunnels: in to the app, out to clients");
  text.sample({{"direction", "in"}}, static_cast<double>(probe.bytes_in.value()));
  text.sample({{"direction", "out"}}, static_cast<double>(probe.bytes_out.value()));
  text.counter("upstream_errors_total", "Failed proxied requests, by cause");
  for (std::size_t i = 0; i < upstream_errors.size(); ++i) {
    text.sample({{"cause", std::string(upstream_errors[i])}},
                static_cast<double>(probe.errors[i].value()));
  }
  text.family("upstream_request_duration_seconds",
              "Time from the request head to the end of the response",
              MetricsText::MetricType::Histogram);
  text.histogram({}, probe.duration);
  text.family("upstream_first_byte_seconds",
              "Time from the request head to the first byte of the response",
              MetricsText::MetricType::Histogram);
  text.histogram({}, probe.first_byte);
}

}  // namespace sidestream
