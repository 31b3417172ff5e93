#pragma once
// Logs the trace id of each record with a valid `traceparent` (a header on Kafka, a field of the
// entry on Redis). So a trace leads from the producer to the event id that clients got.
//
// Thread: any.

#include <span>
#include <string_view>

#include "connectors/record.hpp"
#include "sidecar/base/logger.hpp"

namespace sidestream {

// Level debug. Costs nothing at higher levels.
void log_traces(const Logger& log, std::string_view topic, OffsetFormat format,
                std::span<const Record> records);

}  // namespace sidestream
