#pragma once
// The metrics of proxied requests.
//
// Thread: any.

#include "sidecar/metrics/metrics_text.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

// `requests`, `tunnels`: open now.
void add_upstream(MetricsText& text, const UpstreamProbe& probe, std::uint64_t requests,
                  std::uint64_t tunnels);

}  // namespace sidestream
