#pragma once
// Reads a configuration file. The only user of YAML.
//
// Errors: all problems of the file at once, each one line `file:line:col: path.of.key: what is wrong`, with
// a near match ("did you mean ...") or what to do. Nothing is thrown.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sidecar/settings/settings.hpp"

namespace sidestream {

struct Loaded {
  Settings settings;               // usable only where `errors` is empty
  std::vector<std::string> errors;
};

// Gives an environment variable's value; a parameter so that tests need not change the environment.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

// Thread: any. Reads `path` and the secret files that it names.
Loaded load_settings(const std::string& path, const Environment& environment = process_environment);

}  // namespace sidestream
