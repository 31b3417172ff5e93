#pragma once
// The signature algorithms of tokens (RFC 7518, RFC 8037). `none` is not one of them.
//
// Thread: any.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sidestream {

enum class TokenAlgorithm : std::uint8_t {
  hs256,
  hs384,
  hs512,
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  es512,
  eddsa,
};

// By its name in a token's header (`ES256`); case counts.
std::optional<TokenAlgorithm> parse_algorithm(std::string_view name);

// HS256, HS384, HS512: the verifier's key can sign too.
inline bool is_symmetric(TokenAlgorithm algorithm) { return algorithm <= TokenAlgorithm::hs512; }

}  // namespace sidestream
