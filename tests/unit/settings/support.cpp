#include "tests/unit/settings/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

namespace sidestream::test {

const std::string connectors =
    "connectors:\n"
    "  events: { kafka: { bootstrap.servers: 'kafka:9092' } }\n"
    "  cache: { redis: { url: 'redis://redis' } }\n"
    "  local: { embedded: {} }\n";
const std::string topics = "topics:\n  hello: { from: local }\n";

std::filesystem::path source_root() { return SIDESTREAM_SOURCE_DIR; }
std::filesystem::path broken_folder() { return source_root() / "tests/unit/settings/broken"; }

std::vector<std::string> broken_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(broken_folder()))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<std::string> environment(const std::string& name) {
  static const std::map<std::string, std::string> values = {
      {"SECRET", std::string(canary)}, {"PORT", "8088"}, {"YES", "true"}, {"NOTHING", ""}};
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

Loaded load(std::string_view text) { return parse_settings(text, "test.yaml", environment); }

Settings load_good(std::string_view text) {
  Loaded loaded = load(text);
  for (const std::string& error : loaded.errors) ADD_FAILURE() << error;
  return std::move(loaded.settings);
}

std::vector<std::string> errors_of(std::string_view text) {
  std::vector<std::string> errors = load(text).errors;
  for (std::string& error : errors)
    if (error.starts_with("test.yaml:")) error.erase(0, std::string_view("test.yaml:").size());
  return errors;
}

}  // namespace sidestream::test
