#pragma once
// Fills the placeholders of a text with a request's path parameters and claims. Pure.
//
// Thread: any.

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/auth/claims.hpp"
#include "sidecar/settings/value_pattern.hpp"

namespace sidestream {

// Of the path, by name.
using PathParameters = std::vector<std::pair<std::string, std::string>>;

struct FillSource {
  const Claims* claims = nullptr;  // null: not signed in
  std::span<const PathParameters::value_type> parameters;
};

// The texts that the pattern can stand for: several where a claim is a list. Nothing: a placeholder
// can't be filled, or there are more than a thousand texts.
std::optional<std::vector<std::string>> fill(const ValuePattern& pattern, const FillSource& source);

// Those of all patterns. Nothing: one of them can't be filled.
std::optional<std::vector<std::string>> fill_all(std::span<const ValuePattern> patterns,
                                                 const FillSource& source);

}  // namespace sidestream
