#pragma once
// Identifies a record: two records with the same fingerprint are taken to be the same record of the
// same log. Pure. Thread: any.

#include <cstdint>

#include "connectors/record.hpp"

namespace sidestream::kafka {

struct Fingerprint {
  std::int64_t offset = -1;
  std::int64_t timestamp = 0;
  std::uint64_t content = 0;  // hash of value and key

  static Fingerprint of(const Record& record);
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

}  // namespace sidestream::kafka
