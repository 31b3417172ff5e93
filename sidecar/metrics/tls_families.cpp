#include "sidecar/metrics/tls_families.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sidestream {

void add_tls(MetricsText& text, const ServerProbe& server) {
  std::vector<std::pair<std::string, const TlsProbe*>> ports;
  if (server.tls.expires_at != 0) ports.emplace_back("streams", &server.tls);
  if (server.admin_tls.expires_at != 0) ports.emplace_back("admin", &server.admin_tls);
  if (ports.empty()) return;
  text.counter("tls_handshakes_total", "TLS handshakes of clients, by result");
  for (const auto& [port, tls] : ports) {
    for (std::size_t i = 0; i < handshake_results.size(); ++i)
      text.sample({{"port", port}, {"result", std::string(handshake_results[i])}},
                  static_cast<double>(tls->handshakes[i].value()));
  }
  text.gauge("tls_certificate_expiry_timestamp_seconds",
             "When the certificate in use expires, or one of its chain, Unix time");
  for (const auto& [port, tls] : ports)
    text.sample({{"port", port}}, static_cast<double>(tls->expires_at));
  text.gauge("tls_certificate_last_reload_successful",
             "0 while changed files can't be used and the earlier certificate is");
  for (const auto& [port, tls] : ports)
    text.sample({{"port", port}}, tls->files.state().since_ms == 0 ? 1 : 0);
}

}  // namespace sidestream
