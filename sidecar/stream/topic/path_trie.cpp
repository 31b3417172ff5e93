#include "sidecar/stream/topic/path_trie.hpp"

namespace sidestream {

void PathTrie::add(const Pieces& path, std::size_t value) {
  std::size_t node = 0;
  for (const Piece& piece : path) node = child(node, piece);
  if (nodes_[node].value == none) nodes_[node].value = value;
}

std::size_t PathTrie::child(std::size_t node, const Piece& piece) {
  const std::size_t next = nodes_.size();
  if (piece.parameter) {
    if (nodes_[node].parameter != none) return nodes_[node].parameter;
    nodes_[node].parameter = next;
  } else {
    const auto [found, added] = nodes_[node].literals.try_emplace(piece.text, next);
    if (!added) return found->second;
  }
  nodes_.emplace_back();
  return next;
}

std::optional<std::size_t> PathTrie::find(std::span<const std::string> segments) const {
  const std::size_t value = find_from(0, segments);
  return value == none ? std::nullopt : std::optional(value);
}

// Each node has one path from the root, so a search visits no node twice, even when it goes back.
// The recursion is as deep as the longest pattern at most.
std::size_t PathTrie::find_from(std::size_t node, std::span<const std::string> segments) const {
  const Node& here = nodes_[node];
  if (segments.empty()) return here.value;
  const auto literal = here.literals.find(segments.front());
  if (literal != here.literals.end()) {
    const std::size_t value = find_from(literal->second, segments.subspan(1));
    if (value != none) return value;
  }
  return here.parameter == none ? none : find_from(here.parameter, segments.subspan(1));
}

}  // namespace sidestream
