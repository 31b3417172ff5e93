#pragma once
// Adds what the kernel knows of this process, under the names that Prometheus' own client libraries
// use (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). Linux.

#include "sidecar/metrics/metrics_text.hpp"

namespace sidestream {

// Thread: any. What can't be read is left out.
void add_process(MetricsText& text);

}  // namespace sidestream
