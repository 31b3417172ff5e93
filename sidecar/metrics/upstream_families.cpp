#include "sidecar/metrics/upstream_families.hpp"

#include <array>
#include <cstdint>

namespace sidestream {
namespace {

constexpr unsigned status_max = 599;

// The index of each status in upstream_codes.
constexpr auto make_table() {
  std::array<std::uint8_t, status_max + 1> table{};
  for (unsigned status = 0; status <= status_max; ++status) {
    table[status] = static_cast<std::uint8_t>(status < 100 ? 5 : status / 100 - 1);
  }
  for (std::size_t i = 6; i < upstream_codes.size(); ++i) {
    const auto code = upstream_codes[i];
    const auto digit = [&](std::size_t at) { return static_cast<unsigned>(code[at] - '0'); };
    table[digit(0) * 100 + digit(1) * 10 + digit(2)] = static_cast<std::uint8_t>(i);
  }
  return table;
}
constexpr auto table = make_table();

}  // namespace

std::size_t upstream_code(unsigned status) { return table[status <= status_max ? status : 0]; }

void add_upstream(MetricsText& text, const UpstreamProbe& probe, std::uint64_t requests,
                  std::uint64_t tunnels) {
  text.counter(
      "upstream_requests_total",
      "Proxied requests by response status, rare ones by class (2xx); 499: the client closed the "
      "connection");
  for (std::size_t i = 0; i < upstream_codes.size(); ++i) {
    text.sample({{"code", std::string(upstream_codes[i])}},
                static_cast<double>(probe.requests[i].value()));
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
