#pragma once
// "did you mean ...": finds the candidate that was probably meant by `word`.

#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

// Absent if no candidate is near enough: one edit (wrong, missing, extra or swapped character) for
// each three characters, at most three. Case is ignored, and `-` equals `_`.
std::optional<std::string> near_match(std::string_view word,
                                      const std::vector<std::string_view>& candidates);

// The end of a message about an unknown word: `, did you mean "from"?`, or else `; <otherwise>: a, b,
// c`.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise);

template <std::ranges::input_range Range>
std::vector<std::string_view> views(const Range& range) {
  return {std::ranges::begin(range), std::ranges::end(range)};
}

}  // namespace sidestream
