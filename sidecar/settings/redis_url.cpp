#include "sidecar/settings/redis_url.hpp"

#include <limits>
#include <optional>
#include <string>

#include "sidecar/settings/address.hpp"
#include "sidecar/settings/units.hpp"

namespace sidestream {

namespace {

constexpr std::string_view form =
    "write redis://host:6379, or rediss:// for TLS, with /NUMBER for a database";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
      return std::nullopt;
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

std::string check_scheme(std::string_view scheme) {
  if (scheme == "redis" || scheme == "rediss") return {};
  if (scheme.find("cluster") != std::string_view::npos)
    return "names a Redis Cluster, which is not supported; give the address of a single server";
  if (scheme.find("sentinel") != std::string_view::npos)
    return "names a Redis Sentinel, which is not supported; give the address of the server itself";
  if (scheme.find("unix") != std::string_view::npos ||
      scheme.find("socket") != std::string_view::npos)
    return "names a Unix socket, which is not supported; " + std::string(form);
  return "has an unsupported scheme; " + std::string(form);
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

std::string read_user(std::string_view text, RedisSettings& into) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos && !text.empty())
    return read_user(std::string(text) + ':', into);
  const auto username = percent_decoded(text.substr(0, colon));
  const auto password =
      colon == std::string_view::npos ? std::string() : percent_decoded(text.substr(colon + 1));
  if (!username || !password || username->find('\0') != std::string::npos ||
      password->find('\0') != std::string::npos)
    return "has a % in the user name or password that is not followed by two hex digits; write %25";
  into.username = *username;
  into.password = *password;
  return {};
}

std::string read_host(std::string_view text, RedisSettings& into) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1)))
      return "has no IPv6 address between [ and ]; write redis://[::1]:6379";
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
    if (host.empty()) return "has no host; " + std::string(form);
    if (host.find(',') != std::string_view::npos)
      return "names several servers; give the address of a single one";
    if (!is_host(host))
      return "has a host that is neither a name nor an address; write redis://HOST:6379";
  }
  into.host = std::string(host);
  if (port.empty()) return {};
  const int number = port.starts_with(':') ? parse_port(port.substr(1), false) : -1;
  if (number < 0) return "has no port between 1 and 65535 after the host; write redis://HOST:6379";
  into.port = static_cast<std::uint16_t>(number);
  return {};
}

std::string read_database(std::string_view path, RedisSettings& into) {
  if (path.empty() || path == "/") return {};
  const auto number = parse_whole_number(path.substr(1));
  if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<int>::max()))
    return "has no database number after the /; write redis://HOST:6379/0";
  into.database = static_cast<int>(*number);
  return {};
}

}  // namespace

Parsed<RedisSettings> parse_redis_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return {{}, "is not a URL; " + std::string(form)};
  std::string error = check_scheme(text.substr(0, colon));
  if (!error.empty()) return {{}, error};

  RedisSettings settings;
  settings.tls = text.substr(0, colon) == "rediss";
  const std::string_view rest = text.substr(colon + 3);
  if (rest.find_first_of("?#") != std::string_view::npos)
    return {{}, "has a ? or #; in a password write %3F and %23, or use `password:`"};
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos && rest.find('@', slash) != std::string_view::npos)
    return {{}, "has a / before the @; in a password write %2F, or use `password:`"};

  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) error = read_user(authority.substr(0, at), settings);
  if (error.empty())
    error =
        read_host(at == std::string_view::npos ? authority : authority.substr(at + 1), settings);
  if (error.empty() && slash != std::string_view::npos)
    error = read_database(rest.substr(slash), settings);
  return {std::move(settings), std::move(error)};
}

}  // namespace sidestream
