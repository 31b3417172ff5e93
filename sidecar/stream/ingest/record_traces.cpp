#include "sidecar/stream/ingest/record_traces.hpp"

#include <algorithm>

#include "sidecar/base/traceparent.hpp"
#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {

void log_traces(const Logger& log, std::string_view topic, OffsetFormat format,
                std::span<const Record> records) {
  if (!log.on(LogLevel::debug)) return;
  for (const Record& record : records) {
    const auto parent = std::find_if(record.headers.begin(), record.headers.end(),
                                     [](const Header& h) { return h.name == "traceparent"; });
    if (parent == record.headers.end() || !parent->value || !is_traceparent(*parent->value))
      continue;
    log.debug("stream", "record",
              {{"topic", topic},
               {"partition", record.partition},
               {"offset", format_offset(format, record.offset)},
               {"trace_id", trace_id_of(*parent->value)}});
  }
}

}  // namespace sidestream
