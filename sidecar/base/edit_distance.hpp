#pragma once
// The number of typing errors between two words. Pure. Thread: any.

#include <cstddef>
#include <string_view>

namespace sidestream {

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one
// each. Costs the product of the lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace sidestream
