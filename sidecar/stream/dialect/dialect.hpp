#pragma once
// The forms in which a stream's events are sent.

#include <cstdint>
#include <string_view>

namespace sidestream {

enum class Dialect : std::uint8_t {
  event_stream,  // blocks of Server-Sent Events, as topic logs keep them
  ndjson,        // one JSON object a line; see ndjson.hpp
  ui_messages,   // blocks for the client of Vercel's AI SDK; see ui_messages.hpp
};
inline constexpr std::size_t dialect_count = 3;

constexpr std::string_view content_type_of(Dialect dialect) {
  return dialect == Dialect::ndjson ? "application/x-ndjson" : "text/event-stream; charset=utf-8";
}

}  // namespace sidestream
