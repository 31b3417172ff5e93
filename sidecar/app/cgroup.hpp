#pragma once
// Reads the limits of this process's control groups: a container's, or a systemd unit's and its
// parents'. Versions 1 and 2. Linux; cgroups(7).
//
// Thread: any.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace sidestream {

class Cgroups {
 public:
  // Tests pass another `root`.
  explicit Cgroups(std::filesystem::path root = "/") : root_(std::move(root)) {}

  // The smallest limit of the group and its parents, in bytes. Nothing: no limit.
  std::optional<std::uint64_t> memory() const;
  // The same for CPUs.
  std::optional<double> cpus() const;

 private:
  std::vector<std::filesystem::path> folders(const char* controller) const;

  std::filesystem::path root_;
};

}  // namespace sidestream
