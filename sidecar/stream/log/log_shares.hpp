#pragma once
// Divides the memory of a topic among its logs by what they use. Pure.
//
//   logs with frames      what they use and room to grow; where that is more than there is, the
//                         largest give way, down to a common level
//   logs without frames   nothing that another log uses: a sixteenth together, so that their first
//                         frames have a place until the next division
//
// Thread: any.

#include <cstdint>
#include <span>
#include <vector>

namespace sidestream {

// The limit of each log, in the order of `used` (bytes); together at most `budget`.
std::vector<std::uint64_t> share_by_use(std::uint64_t budget, std::span<const std::uint64_t> used);

}  // namespace sidestream
