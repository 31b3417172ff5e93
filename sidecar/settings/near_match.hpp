#pragma once
// "did you mean ...": the candidate that a typing slip turns into `word`.

#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace sidestream {

// Absent where nothing is near enough: about one slip (wrong, missing, extra or swapped character)
// for each three characters, at most three. Upper and lower case, `-` and `_` count as the same.
std::optional<std::string> near_match(std::string_view word,
                                      const std::vector<std::string_view>& candidates);

// The end of a sentence about a wrong word: `, did you mean "from"?`, or else `; <otherwise>: a, b,
// c`.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise);

template <std::ranges::input_range Range>
std::vector<std::string_view> views(const Range& range) {
  return {std::ranges::begin(range), std::ranges::end(range)};
}

}  // namespace sidestream
