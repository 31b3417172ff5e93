#pragma once
// The metric families of TLS. Private to this folder.
//
// Thread: one.

#include "sidecar/metrics/metrics_text.hpp"

namespace sidestream {

// Nothing where no port speaks TLS.
void add_tls(MetricsText& text, const ServerProbe& server);

}  // namespace sidestream
