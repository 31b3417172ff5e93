#include "sidecar/stream/ingest/encoder.hpp"

#include <chrono>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/dialect/data_lines.hpp"
#include "sidecar/stream/ingest/event_text.hpp"

namespace sidestream {
namespace {

std::int64_t to_ms(Timestamp time) { return time.time_since_epoch().count(); }

}  // namespace

void Encoder::skip(const Record& record, SkipReason reason, EncodedBatch& out) const {
  probe_.skip(reason);
  out.add(FrameKind::skip, record.partition, record.offset, 0);
}

void Encoder::encode(const Record& record, EncodedBatch& out) const {
  const EventText event(record, topic_, format_);
  switch (event.verdict()) {
    case EventText::Verdict::tombstone:
      return skip(record, SkipReason::tombstone, out);
    case EventText::Verdict::not_utf8:
      return skip(record, SkipReason::not_utf8, out);
    case EventText::Verdict::too_large:
      probe_.skip(SkipReason::too_large);
      append_gap(out.out(), topic_.name, GapReason::too_large, format_,
                 {{record.partition, record.offset.previous(), record.offset.next(), 1, true}});
      return out.add(FrameKind::unsendable, record.partition, record.offset,
                     to_ms(record.timestamp));
    case EventText::Verdict::send:
      break;
  }
  if (event.has_altered_name()) probe_.names_altered.add();
  if (!event.name().empty()) out.out().append("event: ").append(event.name()).append("\n");
  const bool only_lf = append_data_lines(out.out(), event.data());
  out.add(FrameKind::record, record.partition, record.offset, to_ms(record.timestamp));
  if (!only_lf) out.break_last(breaks_of(event.data()));
}

}  // namespace sidestream
