#pragma once
// Records of one partition that a reader cannot get any more. A value.

#include <cstdint>
#include <optional>

#include "connectors/record.hpp"

namespace sidestream {

struct Gap {
  Partition partition = 0;
  Offset requested;                  // the position before the missing records
  Offset resumed;                    // the first record still held
  std::optional<std::int64_t> lost;  // absent: cannot be counted
  bool exact = true;                 // false: `lost` is an upper bound
};

}  // namespace sidestream
