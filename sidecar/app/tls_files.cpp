#include "sidecar/app/tls_files.hpp"

#include <optional>

#include "sidecar/http/net/tls/certificates.hpp"

namespace sidestream {
namespace {

template <class Check>
std::vector<std::string> check_ports(const ServerSettings& server, Check check) {
  std::vector<std::string> found;
  const auto check_port = [&](const std::string& key, const std::optional<TlsSettings>& tls) {
    const std::string text = tls ? check(*tls) : std::string();
    if (!text.empty()) found.push_back("server." + key + "." + text);
  };
  check_port("tls", server.tls);
  check_port("admin_tls", server.admin_tls);
  return found;
}

}  // namespace

std::vector<std::string> check_tls_files(const ServerSettings& server) {
  return check_ports(server, check_tls);
}

std::vector<std::string> warn_of_expired_certificates(const ServerSettings& server) {
  return check_ports(server, warn_of_expiry);
}

}  // namespace sidestream
