#pragma once
// Whether a rule of a topic lets somebody in. Pure.
//
// Thread: any.

#include <cstdint>
#include <span>

#include "sidecar/auth/rules/fill.hpp"
#include "sidecar/settings/access_settings.hpp"
#include "sidecar/settings/network.hpp"

namespace sidestream {

// Who asks, and for what.
struct Asker {
  const Claims* claims = nullptr;  // null: not signed in
  AddressBytes peer{};             // the TCP peer
  std::span<const PathParameters::value_type> parameters;
};

enum class Verdict : std::uint8_t {
  allowed,
  forbidden,          // no credential could change that, or this one does not suffice
  needs_credentials,  // not signed in; a credential could make a rule hold
};

Verdict check_rules(const Rules& rules, const Asker& asker);

// Whether claims matter to some rule. Where they don't, nobody looks at credentials.
bool asks_for_claims(const Rules& rules);

}  // namespace sidestream
