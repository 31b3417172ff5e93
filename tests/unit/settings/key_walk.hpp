#pragma once
// Finds the sections of keys.hpp in a document, so that tests can ask whether all of them are
// there.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/document.hpp"

namespace sidestream::test {

// The maps of `root` that stand at `path`, in which `*` stands for any name.
std::vector<const Node*> sections_at(const Node* root, std::string_view path);

// The keys of a section in all its places together, and the value of each where it is a single one.
std::map<std::string, std::string> keys_at(const Node* root, std::string_view path);

}  // namespace sidestream::test
