#pragma once
// A YAML file as a tree of nodes with their locations. Only document.cpp includes the YAML library.
// It uses the library's events and not its node tree, because that tree drops duplicate keys and
// the difference between `yes` and "yes".
//
// Thread: any. Bounds: text_max, depth_max and values_max hold against hostile files; an alias is a
// pointer to its target and costs nothing.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/problems.hpp"

namespace sidestream {

struct Node;

struct Entry {
  std::string key;
  Mark mark;           // of the key
  bool plain = false;  // the key has no quotes
  const Node* value = nullptr;
};

struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  Mark mark;
  bool plain = false;          // a scalar without quotes, so that it may be a number or a boolean
  std::string text;            // of a scalar
  std::vector<Entry> entries;  // of a map, in the file's order, each key once
  std::vector<const Node*> items;  // of a list
};

// Owns the nodes. An alias to one of its parents makes a cycle: walk by known keys only.
class Document {
 public:
  static constexpr std::size_t text_max = 1024 * 1024;
  static constexpr std::size_t depth_max = 16;
  static constexpr std::size_t values_max = 100'000;

  // Null: the file is empty, or can't be read as YAML and `problems` says why. Duplicate keys are
  // problems too; the first one counts.
  const Node* parse(std::string_view text, Problems& problems);

 private:
  std::deque<Node> nodes_;
};

}  // namespace sidestream
