#pragma once
// The server program that the tests start as Redis.

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace sidestream::test {

// The path in SIDESTREAM_TEST_REDIS_SERVER (another version, or /usr/bin/valkey-server), otherwise
// redis-server in PATH. Empty: none.
inline std::string redis_program() {
  const auto runs = [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; };
  if (const char* given = std::getenv("SIDESTREAM_TEST_REDIS_SERVER")) {
    return runs(given) ? given : "";
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (runs(folder + "/redis-server")) return folder + "/redis-server";
  }
  return "";
}

}  // namespace sidestream::test
