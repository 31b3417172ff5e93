#pragma once
// Verifies one signature with OpenSSL.
//
// Thread: any. Leaves this thread's OpenSSL error queue empty: TLS connections rely on that.

#include <string_view>

#include "sidecar/auth/token/algorithm.hpp"

struct evp_pkey_st;

namespace sidestream {

// Requires: not a symmetric algorithm, and `key` is of its type.
bool verify_signature(TokenAlgorithm algorithm, evp_pkey_st* key, std::string_view text,
                      std::string_view signature);

// In constant time. Requires: a symmetric algorithm.
bool verify_hmac(TokenAlgorithm algorithm, std::string_view secret, std::string_view text,
                 std::string_view signature);

}  // namespace sidestream
