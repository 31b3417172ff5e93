#pragma once
// The metrics of proxied requests.
//
// Thread: any.

#include "sidecar/metrics/metrics_text.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

void add_upstream(MetricsText& text, const UpstreamProbe& probe);

}  // namespace sidestream
