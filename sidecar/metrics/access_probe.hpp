#pragma once
// What metrics and /readyz tell about access: decisions, the app that is asked, revocations.
//
// Thread: any.

#include <array>
#include <cstdint>
#include <string_view>

#include "sidecar/metrics/counter.hpp"
#include "sidecar/metrics/latency_probe.hpp"
#include "sidecar/metrics/trouble.hpp"

namespace sidestream {

enum class AccessResult : std::uint8_t { allowed, unauthorized, forbidden, undecided };
inline constexpr std::array<std::string_view, 4> access_results{"allowed", "unauthorized",
                                                                "forbidden", "undecided"};

enum class ForwardResult : std::uint8_t { signed_in, refused, failed };
inline constexpr std::array<std::string_view, 3> forward_results{"signed_in", "refused", "failed"};

struct AccessProbe {
  std::array<Counter, access_results.size()> decisions;
  std::array<Counter, forward_results.size()> forward_checks;
  LatencyProbe forward_latency;  // of questions that were sent
  Trouble forward;
  Counter revocations;          // records of the log that were understood
  Counter revocations_invalid;  // and those that were not
  Counter revocations_dropped;  // forgotten early because there are too many
  Counter streams_revoked;
  Trouble revocation_log;

  void decided(AccessResult result) { decisions[static_cast<std::size_t>(result)].add(); }
  void asked(ForwardResult result, std::int64_t microseconds) {
    forward_checks[static_cast<std::size_t>(result)].add();
    forward_latency.observe_us(microseconds, 1);
  }
};

}  // namespace sidestream
