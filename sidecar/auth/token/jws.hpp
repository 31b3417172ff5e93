#pragma once
// The compact serialization of a JSON Web Signature (RFC 7515), parsed and not yet verified.
//
// Keys that the header offers (`jku`, `x5u`, `jwk`, `x5c`) are ignored. No extension is understood,
// so any `crit` is refused.
//
// Thread: any.

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sidecar/auth/token/algorithm.hpp"
#include "sidecar/auth/token/fault.hpp"

namespace sidestream {

inline constexpr std::size_t token_size_max = 8192;

struct Jws {
  TokenAlgorithm algorithm = TokenAlgorithm::es256;
  std::optional<std::string> kid;
  std::string payload;
  std::string signature;
  std::string_view signed_text;  // a view of the token
};

// Errors: malformed, algorithm, critical.
boost::system::result<Jws, TokenFault> parse_jws(std::string_view token);

}  // namespace sidestream
