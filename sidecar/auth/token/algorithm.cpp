#include "sidecar/auth/token/algorithm.hpp"

#include <algorithm>
#include <array>

namespace sidestream {
namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 13> names{
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
    "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
};

}  // namespace

std::optional<TokenAlgorithm> parse_algorithm(std::string_view name) {
  const auto* const found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<TokenAlgorithm>(found - names.begin());
}

}  // namespace sidestream
