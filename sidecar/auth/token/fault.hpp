#pragma once
// What is wrong with a token, for the answer's body and for metrics.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sidestream {

enum class TokenFault : std::uint8_t {
  malformed,      // not a compact JWS with JSON in it, or longer than 8 KiB
  algorithm,      // `none`, unknown, or not one of the issuer's
  critical,       // the header has a `crit`
  issuer,         // `iss` is absent or not configured
  audience,       // `aud` has none of the configured ones
  key,            // the issuer has no such key, or it is for something else
  signature,      // does not verify
  no_expiry,      // `exp` is absent
  expired,        // `exp` is past
  not_yet_valid,  // `nbf` or `iat` is in the future
};
inline constexpr std::size_t token_faults = 10;

constexpr std::string_view name_of(TokenFault fault) {
  constexpr std::array<std::string_view, token_faults> names{
      "malformed", "algorithm", "critical",  "issuer",  "audience",
      "key",       "signature", "no_expiry", "expired", "not_yet_valid",
  };
  return names[static_cast<std::size_t>(fault)];
}

}  // namespace sidestream
