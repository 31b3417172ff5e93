#pragma once
// Public keys and certificates in PEM.
//
// Thread: any. Leaves this thread's OpenSSL error queue empty.

#include <string>
#include <string_view>
#include <vector>

#include "sidecar/auth/token/key.hpp"

namespace sidestream {

struct PemKeys {
  std::vector<TokenKey> keys;
  std::vector<std::string> refused;  // why, one text for each block
};

bool looks_like_pem(std::string_view text);

// Text between the blocks is ignored. Dates and issuers of certificates are not checked: the file
// itself is trusted. A private key is refused.
PemKeys parse_pem(std::string_view text);

}  // namespace sidestream
