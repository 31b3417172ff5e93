#pragma once
// Error responses of the proxy. Pure.
//
// Thread: any.

#include <optional>
#include <string_view>

#include "sidecar/http/protocol/response.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

// The response for a failed request whose response has not begun: JSON, HTML or text, whichever
// `accept` prefers. JSON if it names none of them.
Response failure_response(UpstreamError error, std::string_view accept);

}  // namespace sidestream
