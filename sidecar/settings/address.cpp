#include "sidecar/settings/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "sidecar/settings/units.hpp"

namespace sidestream {

namespace {

bool fits(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(family, std::string(text).c_str(), bytes.data()) == 1 &&
         text.find('\0') == std::string_view::npos;
}

// One spelling for each address, so that they compare as texts.
std::string normal_ipv6(std::string_view text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  inet_pton(AF_INET6, std::string(text).c_str(), &address);
  inet_ntop(AF_INET6, &address, out.data(), out.size());
  return out.data();
}

Parsed<ListenAddress> wrong(std::string text) { return {{}, std::move(text)}; }

Parsed<ListenAddress> parse_bracketed(std::string_view text) {
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return wrong("has an unclosed [");
  const std::string_view host = text.substr(1, end - 1);
  if (!is_ipv6(host)) return wrong("has no IPv6 address between [ and ]");
  if (text.substr(end + 1, 1) != ":") return wrong("has no port; write [address]:port");
  const int port = parse_port(text.substr(end + 2), true);
  if (port < 0) return wrong("has no port between 0 and 65535 after the last colon");
  return {{normal_ipv6(host), static_cast<std::uint16_t>(port)}, {}};
}

bool is_origin_scheme(std::string_view text) {
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+.-") ==
             std::string_view::npos;
}

bool is_origin_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) return is_ipv6(text.substr(1, text.size() - 2));
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") ==
                              std::string_view::npos;
}

}  // namespace

bool is_ipv4(std::string_view text) { return fits(AF_INET, text); }
bool is_ipv6(std::string_view text) { return fits(AF_INET6, text); }

int parse_port(std::string_view text, bool zero_too) {
  const auto port = parse_whole_number(text);
  if (!port || *port > 65535 || (*port == 0 && !zero_too)) return -1;
  return static_cast<int>(*port);
}

std::string ListenAddress::text() const {
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

bool ListenAddress::collides(const ListenAddress& other) const {
  if (port == 0 || port != other.port) return false;
  if (host == other.host || host == "::" || other.host == "::") return true;  // :: is dual stack
  const bool both4 = is_ipv4(host) && is_ipv4(other.host);
  return both4 && (any_host() || other.any_host());
}

Parsed<ListenAddress> parse_listen(std::string_view text) {
  if (text.starts_with('[')) return parse_bracketed(text);
  const std::size_t colon = text.rfind(':');
  if (parse_whole_number(text)) return wrong("has no address; write [::]:port, or 127.0.0.1:port");
  if (is_ipv6(text)) return wrong("needs brackets and a port; write [address]:port");
  if (colon == std::string_view::npos) return wrong("has no port; write address:port");
  const int port = parse_port(text.substr(colon + 1), true);
  if (port < 0) return wrong("has no port between 0 and 65535 after the last colon");
  const std::string_view host = text.substr(0, colon);
  if (host.empty()) return {{"::", static_cast<std::uint16_t>(port)}, {}};
  if (host == "*") return wrong("has * for the address; write [::] for all addresses");
  if (host == "localhost")
    return wrong("has a host name; write an address like 127.0.0.1 or [::1]");
  if (is_ipv6(host)) return wrong("needs brackets around the IPv6 address; write [address]:port");
  if (!is_ipv4(host))
    return wrong("is not an IP address and a port, like [::]:8080 or 127.0.0.1:8080");
  return {{std::string(host), static_cast<std::uint16_t>(port)}, {}};
}

std::string check_origin(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos)
    return "is not an origin; write scheme://host or scheme://host:port";
  const std::string_view scheme = text.substr(0, colon);
  std::string_view host = text.substr(colon + 3);
  if (std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return "has upper case letters; write the origin in lower case, as browsers send it";
  if (host.find('*') != std::string_view::npos)
    return "has a wildcard; list exact origins, or \"*\" alone for all";
  if (host.find_first_of("/?#") != std::string_view::npos)
    return "has a path; an origin is scheme://host[:port] and nothing more";
  if (host.find('@') != std::string_view::npos) return "has a user name; an origin has none";

  const std::size_t after = host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0;
  const std::size_t port_at = host.find(':', after);
  if (port_at != std::string_view::npos) {
    const int port = parse_port(host.substr(port_at + 1), false);
    if (port < 0)
      return "has no port between 1 and 65535 after the last colon; write https://HOST:PORT";
    if ((scheme == "https" && port == 443) || (scheme == "http" && port == 80))
      return "has the scheme's default port, which browsers omit; remove it";
    host = host.substr(0, port_at);
  }
  if (!is_origin_scheme(scheme) || !is_origin_host(host))
    return "is not an origin; write scheme://host or scheme://host:port";
  return {};
}

}  // namespace sidestream
