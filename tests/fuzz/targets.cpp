#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <array>

namespace fuzz {
namespace {

constexpr std::array all{
    Target{"heads", check_heads, 10},
    Target{"ids", check_event_ids},
    Target{"peers", check_peer, 10},
    Target{"proxy", check_proxy},
    Target{"queries", check_query},
    Target{"redis", check_redis_reply},
    Target{"settings", check_settings},
    Target{"tokens", check_tokens, 10},
    Target{"keysets", check_key_set, 100},
    Target{"credentials", check_credentials, 4},
    Target{"forward", check_forward_answer, 2},
    Target{"revocations", check_revocation, 2},
    Target{"json", check_json, 2},
    Target{"times", check_time, 2},
};

}  // namespace

std::span<const Target> targets() { return all; }

const Target* find_target(std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Target& target) { return target.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace fuzz
