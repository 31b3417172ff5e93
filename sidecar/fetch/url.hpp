#pragma once
// URLs of outgoing requests. Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "sidecar/fetch/error.hpp"

namespace sidestream {

struct FetchUrl {
  bool tls = false;
  std::string host;  // a name or an IP address, without brackets
  std::uint16_t port = 80;
  std::string target;    // path and query, percent-encoded; at least "/"
  std::string userinfo;  // "user:password", decoded; empty: none

  // For the Host header: brackets around IPv6, the port unless it is the scheme's default.
  std::string authority() const;
  bool is_address() const;
};

// http:// and https:// only; a fragment is dropped.
Fetched<FetchUrl> parse_fetch_url(std::string_view text);

// `url` for error texts: without user, password and query.
std::string hide_secrets(std::string_view url);

}  // namespace sidestream
