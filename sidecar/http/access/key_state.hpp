#pragma once
// The keys of an issuer as /readyz and metrics show them. Times are Unix milliseconds.

#include <cstddef>
#include <cstdint>
#include <string>

namespace sidestream {

struct KeyState {
  std::string issuer;
  bool fetched = true;                // false: the keys are configured themselves
  std::size_t keys = 0;               // that are in use; 0: no token of the issuer can be decided
  std::int64_t loaded_ms = 0;         // when the last fetch succeeded; 0: never
  std::int64_t next_ms = 0;           // when the next fetch is due
  std::int64_t failing_since_ms = 0;  // 0: the last fetch succeeded, or none has ended yet
  std::string reason;                 // of the failure; without secrets
  std::uint64_t fetches = 0;          // that succeeded
  std::uint64_t failures = 0;
};

}  // namespace sidestream
