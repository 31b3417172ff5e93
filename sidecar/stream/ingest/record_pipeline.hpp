#pragma once
// What happens to a batch of records on the way into frames. Tails and replays use the same steps,
// so a client gets the same bytes from both.
//
//   decode   not built yet: binary values to text, with a schema registry
//   tag      not built yet: values of fields that filters compare
//   encode   event and data lines
//
// Thread: any; it keeps nothing between calls. One thread at a time for each batch.
// Borrows: the topic.

#include <span>

#include "connectors/record.hpp"
#include "sidecar/stream/ingest/encoder.hpp"
#include "sidecar/stream/log/encoded_batch.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class RecordPipeline {
 public:
  explicit RecordPipeline(const Topic& topic)
      : encoder_(topic.settings, topic.connector.format(), topic.probe) {}

  // Appends one item per record to `out`.
  void run(std::span<const Record> records, EncodedBatch& out) const {
    for (const Record& record : records) encoder_.encode(record, out);
  }

 private:
  Encoder encoder_;
};

}  // namespace sidestream
