#pragma once
// What happens to a batch of records on the way into frames. Tails and replays use the same steps,
// so a client gets the same bytes from both.
//
//   decode   not built yet: binary values to text, with a schema registry
//   key      Redis: the entry's field that the topic names
//   encode   event and data lines
//   tag      values of the fields that the topic's filters compare
//
// Thread: any; it keeps nothing between calls. One thread at a time for each batch.
// Borrows: the topic.

#include <span>

#include "connectors/connector.hpp"
#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/filter/tagger.hpp"
#include "sidecar/stream/ingest/encoder.hpp"
#include "sidecar/stream/log/encoded_batch.hpp"
#include "sidecar/stream/topic/topic.hpp"

namespace sidestream {

class RecordPipeline {
 public:
  explicit RecordPipeline(const Topic& topic)
      : topic_(topic),
        end_(topic.end),
        encoder_(topic.settings, topic.connector.format(), topic.probe),
        tagger_(topic.settings, topic.fields, topic.connector.format()),
        plain_(!tagger_.has_fields() && !has_own_key()) {}

  // Appends one item per record to `out`.
  void run(std::span<const Record> records, EncodedBatch& out) const {
    if (!plain_) return run_all_steps(records, out);
    for (const Record& record : records) encoder_.encode(record, out);
  }
  // Appends a gap in the place of records that cannot be read, and counts them.
  void lose(const Loss& loss, EncodedBatch& out) const {
    append_gap(out.out(), topic_.settings.name, GapReason::retention, topic_.connector.format(),
               {{loss.partition, loss.position, loss.resumed, loss.lost, loss.exact}});
    out.add(loss.exact ? FrameKind::loss : FrameKind::loss_at_most, loss.partition,
            loss.resumed.previous(), 0);
    if (loss.lost) topic_.probe.gap_records.add(static_cast<std::uint64_t>(*loss.lost));
  }

 private:
  bool has_own_key() const {
    const std::string& key = topic_.settings.key_field;
    return topic_.connector.format() == OffsetFormat::entry && !key.empty() && key != "key";
  }
  void run_all_steps(std::span<const Record> records, EncodedBatch& out) const;
  void encode(const Record& record, EncodedBatch& out) const;
  void tag(const Record& record, EncodedBatch& out) const;

  const Topic& topic_;
  const EndRule& end_;
  Encoder encoder_;
  Tagger tagger_;
  bool plain_;  // encode is the only step
};

}  // namespace sidestream
