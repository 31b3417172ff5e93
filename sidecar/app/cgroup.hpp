#pragma once
// The limits of the control groups that this process is in: a container's own, or a systemd unit's
// and those above it. Versions 1 and 2. Linux; cgroups(7).
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
  // `root` is "/" but in tests.
  explicit Cgroups(std::filesystem::path root = "/") : root_(std::move(root)) {}

  // The smallest on the way up, in bytes. Nothing: no limit.
  std::optional<std::uint64_t> memory() const;
  // The same in CPUs, as a fraction.
  std::optional<double> cpus() const;

 private:
  std::vector<std::filesystem::path> folders(const char* controller) const;

  std::filesystem::path root_;
};

}  // namespace sidestream
