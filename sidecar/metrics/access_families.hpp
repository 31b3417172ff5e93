#pragma once
// The metric families of access. Private to this folder.
//
// Thread: one.

#include "sidecar/metrics/exporter.hpp"
#include "sidecar/metrics/metrics_text.hpp"

namespace sidestream {

// Requires: stats.access is set.
void add_access(MetricsText& text, const ProcessStats& stats);

}  // namespace sidestream
