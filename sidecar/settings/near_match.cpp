#include "sidecar/settings/near_match.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "sidecar/base/edit_distance.hpp"
#include "sidecar/settings/problems.hpp"

namespace sidestream {

namespace {

// Longer words are not compared: the distance costs length squared.
constexpr std::size_t word_max = 64;
constexpr std::size_t listed_max = 24;

std::string folded(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::size_t apart(std::size_t a, std::size_t b) { return a > b ? a - b : b - a; }

}  // namespace

std::optional<std::string> near_match(std::string_view word,
                                      const std::vector<std::string_view>& candidates) {
  if (word.empty() || word.size() > word_max) return std::nullopt;
  const std::string wanted = folded(word);
  const std::size_t slips_max = std::clamp<std::size_t>((word.size() + 1) / 3, 1, 3);

  std::optional<std::string> best;
  std::size_t best_distance = slips_max + 1;
  for (const std::string_view candidate : candidates) {
    if (apart(candidate.size(), word.size()) >= best_distance) continue;
    const std::size_t d = edit_distance(wanted, folded(candidate));
    // If all characters differ it is another word.
    if (d < best_distance && d < candidate.size()) {
      best = std::string(candidate);
      best_distance = d;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise) {
  if (const auto near = near_match(word, candidates))
    return ", did you mean " + in_quotes(*near) + "?";
  std::string out;
  for (std::size_t i = 0; i < std::min(candidates.size(), listed_max); ++i)
    out += (i == 0 ? "" : ", ") + one_line(candidates[i]);
  if (candidates.size() > listed_max) out += ", ...";
  return "; " + std::string(otherwise) + ": " + out;
}

}  // namespace sidestream
