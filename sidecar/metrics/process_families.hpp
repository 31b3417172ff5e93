#pragma once
// Adds process metrics from the kernel, with the names of Prometheus' own client libraries
// (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). Linux.

#include "sidecar/metrics/metrics_text.hpp"

namespace sidestream {

// Thread: any. Values that can't be read are omitted.
void add_process(MetricsText& text);

}  // namespace sidestream
