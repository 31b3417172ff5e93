#pragma once
// Checks the certificates and keys of both ports before they are used.
//
// Thread: any.

#include <string>
#include <vector>

#include "sidecar/settings/settings.hpp"

namespace sidestream {

// What is wrong, as sentences with the key's path.
std::vector<std::string> check_tls_files(const ServerSettings& server);
// Certificates that have expired: a warning each.
std::vector<std::string> warn_of_expired_certificates(const ServerSettings& server);

}  // namespace sidestream
