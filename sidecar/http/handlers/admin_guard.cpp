#include "sidecar/http/handlers/admin_guard.hpp"

#include <algorithm>
#include <string_view>

#include "sidecar/base/ascii_case.hpp"
#include "sidecar/http/handlers/cross_site.hpp"
#include "sidecar/settings/network.hpp"

namespace sidestream {
namespace {

bool is_localhost(std::string_view host) {
  constexpr std::string_view suffix = ".localhost";
  return equals_ignoring_case(host, "localhost") ||
         (host.size() > suffix.size() &&
          equals_ignoring_case(host.substr(host.size() - suffix.size()), suffix));
}

// `host`: with or without a port.
bool is_own_name(std::string_view host, const std::vector<std::string>& names) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end != std::string_view::npos && parse_ip(host.substr(1, end - 1)).has_value();
  }
  host = host.substr(0, host.find(':'));
  return is_localhost(host) || parse_ip(host) ||
         std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return equals_ignoring_case(name, host); });
}

}  // namespace

std::optional<Response> check_admin(const Request& request, const std::vector<std::string>& names) {
  const std::string path = request.path();
  if (path == "/livez" || path == "/readyz") return std::nullopt;
  if (const auto host = request.header("host"); host && !is_own_name(*host, names))
    return Response::error(421, "the admin port has no such name (server.admin_hosts)");
  if (is_cross_site(request, {}) && !is_navigation(request))
    return Response::error(403, "cross-site requests are not allowed on the admin port");
  return std::nullopt;
}

void add_admin_headers(Fields& headers) {
  std::erase_if(headers, [](const auto& field) { return field.first == "Cache-Control"; });
  headers.insert(headers.end(), {{"Cache-Control", "no-store"},
                                 {"Content-Security-Policy", "frame-ancestors 'none'"},
                                 {"X-Frame-Options", "DENY"},
                                 {"X-Content-Type-Options", "nosniff"},
                                 {"Cross-Origin-Resource-Policy", "same-origin"}});
}

}  // namespace sidestream
