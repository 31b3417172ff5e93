#include "sidecar/settings/topic_paths.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sidestream {

namespace {

constexpr std::array<std::string_view, 5> own_paths{"/events", "/livez", "/readyz", "/metrics",
                                                    "/topics"};

bool is_literal(const Pieces& pieces) { return std::ranges::none_of(pieces, &Piece::parameter); }

std::string joined(const Pieces& pieces) {
  std::string path;
  for (const Piece& piece : pieces) path += '/' + piece.text;
  return path;
}

}  // namespace

const TopicPaths::Taken* TopicPaths::conflict_of(const SameLength& group, const Pieces& pieces) {
  for (const Taken& taken : group.patterns)
    if (can_match_the_same(taken.pieces, pieces)) return &taken;
  if (is_literal(pieces)) {
    const auto same = group.literals.find(joined(pieces));
    return same == group.literals.end() ? nullptr : &same->second;
  }
  for (const auto& [path, taken] : group.literals)
    if (can_match_the_same(taken.pieces, pieces)) return &taken;
  return nullptr;
}

void TopicPaths::add(const Value& place, const std::string& topic, const std::string& shown,
                     Pieces pieces) {
  for (const std::string_view own : own_paths)
    if (can_match_the_same(parse_path(own).value, pieces)) {
      place.problem(shown + " can match " + std::string(own) +
                    ", a path that Sidestream reserves; choose another");
      return;
    }
  SameLength& group = groups_[pieces.size()];
  if (const Taken* taken = conflict_of(group, pieces))
    place.problem(shown + " can match the same request as " + taken->shown + " of topics." +
                  one_line(taken->topic));
  Taken taken{topic, shown, std::move(pieces)};
  if (is_literal(taken.pieces))
    group.literals.emplace(joined(taken.pieces), std::move(taken));
  else
    group.patterns.push_back(std::move(taken));
}

}  // namespace sidestream
