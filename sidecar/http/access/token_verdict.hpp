#pragma once
// What is decided about the token of a request, and how often.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sidecar/auth/token/fault.hpp"
#include "sidecar/auth/token/verified_token.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

struct TokenVerdict {
  enum class Kind : std::uint8_t {
    verified,
    fault,
    undecided,  // no keys yet, or the key is unknown and can't be looked up now
  };
  Kind kind = Kind::fault;
  std::shared_ptr<const VerifiedToken> token;  // of `verified`
  TokenFault fault = TokenFault::malformed;    // of `fault`
  std::chrono::seconds retry_after{5};         // of `undecided`; at least 1
};

// Verifications by result. Thread: any.
class TokenProbe {
 public:
  static constexpr std::size_t results = token_faults + 3;

  void verified(bool cached) { counters_[cached ? 1 : 0].add(); }
  void undecided() { counters_[2].add(); }
  void refused(TokenFault fault) { counters_[3 + static_cast<std::size_t>(fault)].add(); }

  static constexpr std::string_view name(std::size_t result) {
    constexpr std::array<std::string_view, 3> others{"verified", "cached", "undecided"};
    return result < 3 ? others[result] : name_of(static_cast<TokenFault>(result - 3));
  }
  // Requires: result < results.
  std::uint64_t count(std::size_t result) const { return counters_[result].value(); }

 private:
  std::array<Counter, results> counters_;
};

}  // namespace sidestream
