#include "sidecar/settings/service_url.hpp"

#include <algorithm>

#include "sidecar/settings/network.hpp"

namespace sidestream {
namespace {

// The host of `user@host:port/path`.
std::string_view host_of(std::string_view rest) {
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  if (rest.starts_with('[')) return rest.substr(1, std::max<std::size_t>(rest.find(']'), 1) - 1);
  return rest.substr(0, rest.find(':'));
}

bool is_loopback_host(std::string_view host) {
  const auto address = parse_ip(host);
  return host == "localhost" || (address && is_loopback(*address));
}

}  // namespace

std::string check_service_url(std::string_view text, PlainHttp plain) {
  const auto unfit = [](char c) { return c <= ' ' || c == '\x7F' || c == '#'; };
  if (std::ranges::any_of(text, unfit))
    return "has a space, a control character or a #; percent-encode it, or remove it";
  const bool tls = text.starts_with("https://");
  if (!tls && !text.starts_with("http://"))
    return plain == PlainHttp::anywhere ? "is not a URL; write http://HOST:PORT/PATH or https://..."
                                        : "is not a URL; write https://HOST/PATH";
  const std::string_view host = host_of(text.substr(tls ? 8 : 7));
  if (host.empty()) return "has no host; write https://HOST/PATH";
  if (!tls && plain == PlainHttp::on_loopback && !is_loopback_host(host))
    return "needs https://; http:// is for loopback addresses only";
  return {};
}

bool is_http_token(std::string_view text) {
  constexpr std::string_view punctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

}  // namespace sidestream
