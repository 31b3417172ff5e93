#include "connectors/kafka/fingerprint.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace sidestream::kafka {
namespace {

// An absent field and an empty one have different hashes.
std::uint64_t hash(const std::optional<std::string_view>& bytes) {
  return bytes ? std::hash<std::string_view>()(*bytes) + 1 : 0;
}

}  // namespace

Fingerprint Fingerprint::of(const Record& record) {
  return {record.offset.number(), record.timestamp.time_since_epoch().count(),
          hash(record.value) * 31 + hash(record.key)};
}

}  // namespace sidestream::kafka
