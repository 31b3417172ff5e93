#include "sidecar/http/handlers/cross_site.hpp"

#include <algorithm>

#include "sidecar/base/ascii_case.hpp"

namespace sidestream {
namespace {

struct HostPort {
  std::string_view host;
  std::string_view port;  // empty: none is named
};

HostPort split(std::string_view text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon = bracket == std::string_view::npos ? bracket : text.find(':', bracket);
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

bool is_own_host(std::string_view origin, const Request& request) {
  const auto host = request.header("host");
  if (host && is_same_host(origin, *host)) return true;
  if (!request.from_trusted_proxy) return false;
  const auto told = request.header("x-forwarded-host");
  return told && is_same_host(origin, told->substr(0, told->find(',')));
}

}  // namespace

bool is_same_host(std::string_view origin, std::string_view host) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view default_port = origin.substr(0, scheme) == "https" ? "443" : "80";
  HostPort page = split(origin.substr(scheme + 3)), own = split(host);
  if (page.port.empty()) page.port = default_port;
  if (own.port.empty()) own.port = default_port;
  return !page.host.empty() && equals_ignoring_case(page.host, own.host) && page.port == own.port;
}

bool is_cross_site(const Request& request, const CorsSettings& cors) {
  const auto origin = request.header("origin");
  if (!origin) return request.header("sec-fetch-site") == "cross-site";
  const bool listed = *origin != "*" && std::find(cors.origins.begin(), cors.origins.end(),
                                                  *origin) != cors.origins.end();
  return !listed && !is_own_host(*origin, request);
}

bool is_navigation(const Request& request) {
  return request.method == "GET" && request.header("sec-fetch-mode") == "navigate" &&
         request.header("sec-fetch-dest") == "document";
}

}  // namespace sidestream
