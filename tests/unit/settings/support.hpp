#pragma once
// What the tests of settings share.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sidecar/settings/load.hpp"

namespace sidestream::test {

// The root of the source tree.
std::filesystem::path source_root();
std::filesystem::path broken_folder();
// The broken files, by name.
std::vector<std::string> broken_files();

std::string content_of(const std::filesystem::path& path);

// SECRET holds `canary`; PORT, YES and NOTHING (empty) are set too, nothing else is.
inline constexpr std::string_view canary = "hunter2 canary";
std::optional<std::string> environment(const std::string& name);

// As the file `test.yaml` in the current folder.
Loaded load(std::string_view text);
// The same for a file that must be good.
Settings load_good(std::string_view text);
// The errors' lines, without `test.yaml:`.
std::vector<std::string> errors_of(std::string_view text);

// Connectors `events` (Kafka), `cache` (Redis) and `local` (embedded), and a topic `hello` of
// `local`.
extern const std::string connectors;
extern const std::string topics;

}  // namespace sidestream::test
