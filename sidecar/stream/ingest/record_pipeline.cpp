#include "sidecar/stream/ingest/record_pipeline.hpp"

namespace sidestream {

void RecordPipeline::run_all_steps(std::span<const Record> records, EncodedBatch& out) const {
  for (const Record& record : records) {
    encode(record, out);
    if (tagger_.has_fields()) tag(record, out);
  }
}

void RecordPipeline::encode(const Record& record, EncodedBatch& out) const {
  if (!has_own_key()) return encoder_.encode(record, out);
  Record keyed = record;
  keyed.key = entry_field(record, topic_.settings.key_field);
  encoder_.encode(keyed, out);
}

// A record that is too large is not parsed.
void RecordPipeline::tag(const Record& record, EncodedBatch& out) const {
  const FrameKind kind = out.items().back().kind;
  if (kind == FrameKind::skip) return;
  tagger_.append(record, kind == FrameKind::record, out.tags_out());
  out.tag_last();
}

}  // namespace sidestream
