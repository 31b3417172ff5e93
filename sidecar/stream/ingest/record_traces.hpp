#pragma once
// The traces that records belong to, in the log: a line for each record that carries a
// `traceparent` (a header on Kafka, a field of the entry on Redis), so that a trace leads from the
// producer to the event id that clients saw.
//
// Thread: any.

#include <span>
#include <string_view>

#include "connectors/record.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

// At level debug; costs nothing above it.
void log_traces(const Logger& log, std::string_view topic, OffsetFormat format,
                std::span<const Record> records);

}  // namespace sidestream
