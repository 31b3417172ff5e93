// A configuration file.

#include <string>

#include "sidecar/settings/load.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {

void check_settings(Input input) {
  const std::string text(input.rest());
  const auto environment = [](const std::string& name) {
    return name.size() % 2 == 0 ? std::optional<std::string>("top-secret") : std::nullopt;
  };
  const auto loaded = sidestream::parse_settings(text, "/nonexistent/sidestream.yaml", environment);
  for (const auto& error : loaded.errors) {
    require(error.starts_with("/nonexistent/sidestream.yaml:"), "an error says where", error);
    require(error.find('\n') == std::string::npos, "an error is one line", error);
    require(error.find("top-secret") == std::string::npos || text.find("top-secret") != text.npos,
            "no error shows a variable's value", error);
  }
  if (loaded.errors.empty()) {
    require(!loaded.settings.topics.empty() || loaded.settings.server.upstream.has_value(),
            "a valid configuration serves something", text);
  }
}

}  // namespace fuzz
