#pragma once
// Parses listen addresses and checks CORS origins. Pure.
//
// Thread: any.

#include <cstdint>
#include <string>
#include <string_view>

#include "sidecar/settings/parsed.hpp"

namespace sidestream {

struct ListenAddress {
  std::string host;        // IPv4 or IPv6 without brackets
  std::uint16_t port = 0;  // 0: the system picks one

  bool any_host() const { return host == "::" || host == "0.0.0.0"; }
  std::string text() const;  // `[::]:8080`, `127.0.0.1:0`
  // Whether one process can't bind both.
  bool collides(const ListenAddress& other) const;
};

// `127.0.0.1:8080`, `[::1]:8080`, and `:8080` for `[::]:8080`. Host names are refused, because
// a resolver could choose another address.
Parsed<ListenAddress> parse_listen(std::string_view text);

// Checks that browsers can send exactly this in `Origin`: `scheme://host[:port]` in lower case
// without a path or a default port. Empty: good; else what is wrong.
std::string check_origin(std::string_view text);

// Whether `text` is an IPv4 or an IPv6 address (without brackets).
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);

// 1 to 65535, or also 0 where `zero_too`. -1: something else.
int parse_port(std::string_view text, bool zero_too);

}  // namespace sidestream
