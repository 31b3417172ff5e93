#pragma once
// Why a request that was passed on to the app went wrong, and what its client is told. Pure.
//
// Thread: any.

#include <optional>
#include <string_view>

#include "sidecar/http/protocol/response.hpp"
#include "sidecar/metrics/probes.hpp"

namespace sidestream {

// The answer for a request that the app has not begun to answer. JSON, HTML or text, whichever
// `accept` names first; JSON where it names none of them.
Response failure_answer(UpstreamError error, std::string_view accept);

}  // namespace sidestream
