#pragma once
// Encodes a record as event and data lines. Pure except for the counters.
//
// Guarantees:
//   - LF only; no CR, LF or NUL in an event name; data is valid UTF-8.
//   - Each record gives one item. One whose event exceeds max_event becomes a gap, one that the
//     topic's policy skips becomes a frame without bytes. Both are counted, and both move the
//     position.
//
// Thread: any; it keeps nothing between calls. One thread at a time for each batch.

#include <string>
#include <string_view>

#include "connectors/record.hpp"
#include "sidecar/metrics/probes.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/log/encoded_batch.hpp"

namespace sidestream {

class Encoder {
 public:
  // Borrows both.
  Encoder(const TopicSettings& topic, OffsetFormat format, TopicProbe& probe)
      : topic_(topic), format_(format), probe_(probe) {}

  void encode(const Record& record, EncodedBatch& out) const;

 private:
  void skip(const Record& record, SkipReason reason, EncodedBatch& out) const;

  const TopicSettings& topic_;
  OffsetFormat format_;
  TopicProbe& probe_;
};

}  // namespace sidestream
