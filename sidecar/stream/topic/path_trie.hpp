#pragma once
// Finds the path pattern that a request's path matches: a trie of segments.
//
// A literal segment wins over a parameter, segment by segment from the left. If the literal leads
// nowhere, the parameter is tried. The settings refuse patterns that overlap, so the order matters
// only for literals that are no valid parameter value.
//
// Cost: one look-up per segment, whatever the number of patterns.
//
// Thread: any, after the last add().

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sidecar/settings/path_pattern.hpp"

namespace sidestream {

class PathTrie {
 public:
  PathTrie() : nodes_(1) {}

  // Of two equal patterns the first is found.
  void add(const Pieces& path, std::size_t value);
  // The value of the pattern that matches. A parameter matches any segment: whether the segment is
  // a valid value is the caller's question.
  std::optional<std::size_t> find(std::span<const std::string> segments) const;

 private:
  static constexpr std::size_t none = SIZE_MAX;

  struct Node {
    std::map<std::string, std::size_t, std::less<>> literals;  // children
    std::size_t parameter = none;                              // child
    std::size_t value = none;
  };

  std::size_t child(std::size_t node, const Piece& piece);
  std::size_t find_from(std::size_t node, std::span<const std::string> segments) const;

  std::vector<Node> nodes_;  // nodes_[0] is the root
};

}  // namespace sidestream
