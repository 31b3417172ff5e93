#pragma once
// A record that a test writes.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sidestream::test {

struct KafkaRecord {
  std::optional<std::string> value;  // absent: a tombstone
  std::optional<std::string> key{};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
  std::int64_t timestamp_ms = 0;  // 0: now
};

}  // namespace sidestream::test
