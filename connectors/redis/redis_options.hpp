#pragma once
// The Redis server to use. The application fills it from the settings.

#include <cstdint>
#include <string>

namespace sidestream {

struct RedisOptions {
  std::string host = "127.0.0.1";  // a name, an IPv4 or an IPv6 address (without brackets)
  std::uint16_t port = 6379;
  bool tls = false;      // the certificate must name `host` and be signed by `ca`
  int database = 0;      // SELECT
  std::string username;  // empty with a password: the user "default"
  std::string password;  // empty: no AUTH
  std::string ca;        // PEM file of the CA; empty: the system's CAs
};

}  // namespace sidestream
