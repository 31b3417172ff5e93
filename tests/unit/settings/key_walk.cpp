#include "tests/unit/settings/key_walk.hpp"

#include <algorithm>

namespace sidestream::test {

std::vector<const Node*> sections_at(const Node* root, std::string_view path) {
  if (path.empty()) return {root};
  const std::size_t dot = std::min(path.find('.'), path.size());
  const std::string_view name = path.substr(0, dot);
  const std::string_view rest = dot == path.size() ? std::string_view() : path.substr(dot + 1);
  std::vector<const Node*> found;
  if (name == "[]") {
    for (const Node* item : root->items)
      for (const Node* node : sections_at(item, rest)) found.push_back(node);
    return found;
  }
  for (const Entry& entry : root->entries)
    if (name == "*" || name == entry.key)
      for (const Node* node : sections_at(entry.value, rest)) found.push_back(node);
  return found;
}

std::map<std::string, std::string> keys_at(const Node* root, std::string_view path) {
  std::map<std::string, std::string> keys;
  for (const Node* section : sections_at(root, path))
    for (const Entry& entry : section->entries) keys.emplace(entry.key, entry.value->text);
  return keys;
}

}  // namespace sidestream::test
