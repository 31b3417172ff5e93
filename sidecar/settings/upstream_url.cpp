#include "sidecar/settings/upstream_url.hpp"

#include <sys/un.h>

#include <algorithm>

#include "sidecar/settings/address.hpp"

namespace sidestream {

namespace {

constexpr std::string_view form = "write http://127.0.0.1:8000, or unix:/run/app.sock";

Parsed<UpstreamAddress> wrong(std::string_view text) { return {{}, std::string(text)}; }

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

Parsed<UpstreamAddress> parse_socket(std::string_view path) {
  if (path.starts_with("//")) path.remove_prefix(2);
  if (!path.starts_with('/') || path.ends_with('/'))
    return wrong("has no absolute path of a socket after unix:; " + std::string(form));
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return wrong("has a socket path longer than 107 bytes, the limit of Unix sockets");
  UpstreamAddress address;
  address.socket = path;
  return {address, {}};
}

}  // namespace

Parsed<UpstreamAddress> parse_upstream_url(std::string_view text) {
  if (text.starts_with("unix:")) return parse_socket(text.substr(5));
  if (text.starts_with("https://"))
    return wrong("uses TLS, which is not supported for the upstream app; write http://");
  if (!text.starts_with("http://")) return wrong("has an unsupported scheme; " + std::string(form));
  std::string_view rest = text.substr(7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos)
    return wrong("has a path; requests keep their own, so give host and port only");
  if (rest.find('@') != std::string_view::npos)
    return wrong("has a user name; requests keep their own Authorization header");
  const std::size_t after = rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0;
  const std::size_t colon = rest.find(':', after);
  UpstreamAddress address;
  if (colon != std::string_view::npos) {
    const int port = parse_port(rest.substr(colon + 1), false);
    if (port < 0) return wrong("has no port between 1 and 65535 after the last colon");
    address.port = static_cast<std::uint16_t>(port);
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) {
    rest = rest.substr(1, rest.size() - 2);
    if (!is_ipv6(rest)) return wrong("has no IPv6 address between [ and ]");
  } else if (!is_host_name(rest)) {
    return wrong("has no host; " + std::string(form));
  }
  address.host = rest;
  return {address, {}};
}

bool is_request_path(std::string_view path) {
  return path.starts_with('/') &&
         std::ranges::all_of(path, [](unsigned char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

}  // namespace sidestream
