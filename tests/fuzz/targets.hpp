#pragma once
// The parsers of outside bytes, by name. corpus/NAME has the inputs of each.

#include <span>
#include <string_view>

#include "tests/fuzz/check.hpp"

namespace fuzz {

struct Target {
  std::string_view name;
  void (*check)(Input input);  // throws Broken if the parser breaks a rule
  int cost = 1;                // of one input, compared with the others
};

std::span<const Target> targets();
// Null if there is none of this name.
const Target* find_target(std::string_view name);

}  // namespace fuzz
