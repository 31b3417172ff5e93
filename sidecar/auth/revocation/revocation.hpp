#pragma once
// A record of the log of revocations. Pure.
//
//   {"sub": "alice"}   {"sid": "s1", "before": 1790000000}   {"sub": "alice", "jti": "t1"}
//
// Thread: any.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/auth/person.hpp"

namespace sidestream {

struct Revocation {
  // Those that are not empty must all be the person's. `sub` means the claim that names people.
  std::string subject;
  std::string session;
  std::string token_id;
  std::chrono::sys_seconds before;  // of rights that were given up to then

  bool names(const Person& person) const;
  // Whether it ends the person's rights. Rights without a time are older than any.
  bool ends(const Person& person) const;
};

// `recorded`: the record's time, which counts where `before` is absent. Nothing: not such a record.
std::optional<Revocation> parse_revocation(std::string_view json,
                                           std::chrono::sys_seconds recorded);

// Members of the object that a revocation does not have. Empty where `json` is no object.
std::vector<std::string> find_unknown_members(std::string_view json);

}  // namespace sidestream
