#pragma once
// A token whose signature, issuer, audience and times have been verified.
//
// Thread: any; immutable.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "sidecar/auth/claims.hpp"
#include "sidecar/auth/token/registered_claims.hpp"

namespace sidestream {

struct VerifiedToken {
  Claims claims;
  std::size_t issuer = 0;  // in the order of the settings
  std::string key_id;      // TokenKey::id()
  std::chrono::sys_seconds exp;
  std::optional<std::chrono::sys_seconds> iat;
  std::optional<std::chrono::sys_seconds> stream_exp;
  TokenTime holds_until;  // `exp` and the leeway
};

}  // namespace sidestream
