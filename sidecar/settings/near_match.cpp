#include "sidecar/settings/near_match.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "sidecar/settings/problems.hpp"

namespace sidestream {

namespace {

constexpr std::size_t word_max =
    64;  // longer words are no slips, and distance costs length squared
constexpr std::size_t listed_max = 24;

std::string folded(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
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
    const std::size_t d = distance(wanted, folded(candidate));
    // All characters changed is another word, not a slip.
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
