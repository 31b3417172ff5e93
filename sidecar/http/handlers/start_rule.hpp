#pragma once
// Where a reader says that it wants to start: Last-Event-ID in all its spellings, from, since,
// tail. Pure.

#include <optional>
#include <string>
#include <variant>

#include "sidecar/http/protocol/request.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

// The id that the client has: the header (empty counts as absent), else the query spellings that
// polyfills use (wire facts: Yaffle's lastEventId, amvtek's evs_last_event_id, ...).
std::optional<std::string> last_event_id(const Request& request);

// What from, since or tail ask for; nothing where none is given. A string: what is wrong (for a
// 400).
std::variant<std::optional<StartRequest>, std::string> start_rule(const Request& request,
                                                                  Timestamp now);

// RFC 3339, unix seconds or milliseconds, or a duration before `now`.
std::optional<Timestamp> parse_since(std::string_view text, Timestamp now);

}  // namespace sidestream
