#pragma once
// What a stream's connection begins with. Pure but for the dice.
//
// Thread: any.

#include <string>
#include <string_view>

#include "sidecar/http/handlers/subscribe.hpp"
#include "sidecar/http/protocol/request.hpp"

namespace sidestream {

// The head of a stream's answer, by hand: no Content-Length, Connection or Keep-Alive (wire facts
// C13).
std::string stream_head(const Request& request, const Fields& headers);

// A stream that is over at once: browsers come back after `retry` (wire facts C2), where any other
// status would end them for good.
std::string refusal(const Request& request, const StreamRequest& stream, std::string_view reason);

}  // namespace sidestream
