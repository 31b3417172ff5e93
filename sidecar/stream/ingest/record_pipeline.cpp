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

// A record that is too large is not parsed, unless it may end the log: the end is the log's, also
// where nobody gets the record.
void RecordPipeline::tag(const Record& record, EncodedBatch& out) const {
  const FrameKind kind = out.items().back().kind;
  const bool keeps_tags = kind != FrameKind::skip && topic_.fields.has_filters();
  if (!keeps_tags && !end_.exists()) return;
  tagger_.append(record, kind == FrameKind::record || end_.reads_value(), out.tags_out());
  if (end_.exists() && end_.matches(FieldTags(out.new_tags()))) out.mark_last(EndMark::ends);
  if (keeps_tags) {
    out.tag_last();
  } else {
    out.drop_tags();
  }
}

}  // namespace sidestream
