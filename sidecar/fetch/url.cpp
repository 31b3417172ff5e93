#include "sidecar/fetch/url.hpp"

#include <arpa/inet.h>

#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace sidestream {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool is_ip(int family, const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(family, host.c_str(), bytes.data()) == 1;
}

FetchError invalid(std::string_view url, const char* why) {
  return FetchError(FetchErrc::invalid_request, "invalid URL " + hide_secrets(url) + ": " + why);
}

std::string target_of(const boost::urls::url_view& url) {
  std::string target(url.encoded_path());
  if (target.empty()) target = "/";
  if (url.has_query()) target.append("?").append(std::string(url.encoded_query()));
  return target;
}

// The end of a password is unknown in a URL that does not parse.
std::string hide_in_unclear(std::string_view url) {
  const auto scheme = url.find("://");
  const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
  if (url.find('@') != std::string_view::npos) return std::string(url.substr(0, start)) + "***";
  const auto query = url.find('?');
  return std::string(url.substr(0, query)) + (query == std::string_view::npos ? "" : "?***");
}

}  // namespace

std::string FetchUrl::authority() const {
  std::string text = is_ip(AF_INET6, host) ? "[" + host + "]" : host;
  if (port != (tls ? https_port : http_port)) text += ":" + std::to_string(port);
  return text;
}

bool FetchUrl::is_address() const { return is_ip(AF_INET, host) || is_ip(AF_INET6, host); }

Fetched<FetchUrl> parse_fetch_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return invalid(text, "expected http://HOST[:PORT]/PATH or https://...");
  const boost::urls::url_view& url = *parsed;
  FetchUrl result;
  result.tls = url.scheme_id() == boost::urls::scheme::https;
  if (!result.tls && url.scheme_id() != boost::urls::scheme::http) {
    return invalid(text, "the scheme must be http or https");
  }
  result.host = url.host_address();
  if (result.host.empty()) return invalid(text, "no host");
  result.port = result.tls ? https_port : http_port;
  if (url.has_port()) result.port = url.port_number();
  if (result.port == 0) return invalid(text, "the port must be between 1 and 65535");
  result.target = target_of(url);
  if (url.has_userinfo()) result.userinfo = url.userinfo();
  return result;
}

std::string hide_secrets(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  // A password with an unescaped `/` parses as a port and a path.
  if (!parsed || parsed->encoded_path().find('@') != boost::core::string_view::npos ||
      (parsed->has_port() && parsed->port_number() == 0)) {
    return hide_in_unclear(url);
  }
  std::string text(parsed->scheme());
  text += parsed->has_userinfo() ? "://***@" : "://";
  text += std::string(parsed->encoded_host_and_port());
  text += std::string(parsed->encoded_path());
  if (parsed->has_query()) text += "?***";
  return text;
}

}  // namespace sidestream
