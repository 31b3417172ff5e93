#pragma once
// A record as a JSON object: `envelope: true`. Pure. Shape: docs/reading.md, "Envelope".
//
// Thread: any.

#include <optional>
#include <string>
#include <string_view>

#include "connectors/record.hpp"

namespace sidestream {

struct EnvelopeValue {
  std::optional<std::string_view> bytes;  // absent: a tombstone
  bool binary = false;                    // sent in base64 and marked; else `bytes` is UTF-8
};

// `event`: the record's name, empty if it has none.
std::string envelope(const Record& record, std::string_view event, const EnvelopeValue& value,
                     std::string_view topic, OffsetFormat format);

}  // namespace sidestream
