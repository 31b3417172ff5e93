#include "sidecar/app/cgroup.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace sidestream {
namespace {

// In version 1 a number near 2^63 means no limit.
constexpr std::int64_t no_limit = std::int64_t{1} << 50;

// Nothing for "max" too.
std::optional<std::int64_t> number_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::int64_t n = 0;
  if (file >> n) return n;
  return std::nullopt;
}

std::optional<double> quota_of(const std::filesystem::path& folder) {
  std::ifstream v2(folder / "cpu.max");
  double quota = 0, period = 0;
  if (v2 >> quota >> period && period > 0) return quota / period;
  const auto v1_quota = number_in(folder / "cpu.cfs_quota_us");
  const auto v1_period = number_in(folder / "cpu.cfs_period_us");
  if (!v1_quota || !v1_period || *v1_quota <= 0 || *v1_period <= 0) return std::nullopt;
  return static_cast<double>(*v1_quota) / static_cast<double>(*v1_period);
}

template <class T>
void take_smaller(std::optional<T>& least, const std::optional<T>& other) {
  if (other && (!least || *other < *least)) least = other;
}

}  // namespace

// The process's group and its parents, in version 2 and in the controller's hierarchy of version 1.
// In a container the path may be the host's and absent here; the root is then the group.
std::vector<std::filesystem::path> Cgroups::folders(const char* controller) const {
  std::vector<std::filesystem::path> found;
  std::ifstream file(root_ / "proc/self/cgroup");
  // hierarchy:controllers:path
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool v2 = names == ",,";
    if (!v2 && names.find(std::string(",") + controller + ",") == std::string::npos) continue;
    const auto top = root_ / "sys/fs/cgroup" / (v2 ? "" : controller);
    for (std::filesystem::path path = line.substr(second + 1);; path = path.parent_path()) {
      found.push_back(top / path.relative_path());
      if (path == path.parent_path()) break;
    }
  }
  return found;
}

std::optional<std::uint64_t> Cgroups::memory() const {
  std::optional<std::int64_t> least;
  for (const auto& folder : folders("memory")) {
    for (const char* name : {"memory.max", "memory.limit_in_bytes"}) {
      const auto limit = number_in(folder / name);
      if (limit && *limit > 0 && *limit < no_limit) take_smaller(least, limit);
    }
  }
  if (!least) return std::nullopt;
  return static_cast<std::uint64_t>(*least);
}

std::optional<double> Cgroups::cpus() const {
  std::optional<double> least;
  for (const auto& folder : folders("cpu")) take_smaller(least, quota_of(folder));
  return least;
}

}  // namespace sidestream
