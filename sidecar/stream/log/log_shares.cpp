#include "sidecar/stream/log/log_shares.hpp"

#include <algorithm>

namespace sidestream {
namespace {

// Until the next division a log may double, or grow by this.
constexpr std::uint64_t room = 64 * 1024;
constexpr std::uint64_t newcomers_part = 16;

// The largest limit that fits: the sum of min(wanted, level) is at most `budget`.
std::uint64_t level_of(std::uint64_t budget, std::vector<std::uint64_t> wanted) {
  std::ranges::sort(wanted);
  std::uint64_t left = budget;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::uint64_t equal = left / (wanted.size() - i);
    if (wanted[i] >= equal) return equal;
    left -= wanted[i];
  }
  return budget;
}

}  // namespace

std::vector<std::uint64_t> share_by_use(std::uint64_t budget, std::span<const std::uint64_t> used) {
  std::vector<std::uint64_t> wanted;
  for (const std::uint64_t bytes : used) {
    if (bytes > 0) wanted.push_back(std::min(2 * bytes + room, budget));
  }
  const std::uint64_t holders = wanted.size();
  const std::uint64_t newcomers = used.size() - holders;
  std::uint64_t reserved = newcomers > 0 ? budget / newcomers_part : 0;
  if (holders == 0) reserved = budget;
  const std::uint64_t level = level_of(budget - reserved, wanted);
  std::uint64_t spare = budget - reserved;
  for (const std::uint64_t bytes : wanted) spare -= std::min(bytes, level);
  std::vector<std::uint64_t> limits;
  limits.reserve(used.size());
  for (const std::uint64_t bytes : used) {
    if (bytes > 0) {
      limits.push_back(std::min(std::min(2 * bytes + room, budget), level) + spare / holders);
    } else {
      limits.push_back(reserved / newcomers);
    }
  }
  return limits;
}

}  // namespace sidestream
