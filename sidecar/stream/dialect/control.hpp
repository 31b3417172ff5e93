#pragma once
// The bodies (event and data lines) of control events: what a client gets besides the records.
// Pure. Shapes: README, "Control events". Every text that comes from outside is written as JSON.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/stream/start/gap.hpp"
#include "sidecar/stream/start/reasons.hpp"

namespace sidestream {

// `location`: of a reply; empty: none.
void append_open(std::string& out, std::string_view topic, StartKind start,
                 std::string_view location);
// For a stream of several topics: the topics in the request's order with their starts.
void append_open(std::string& out,
                 const std::vector<std::pair<std::string_view, StartKind>>& topics);
void append_catch_up(std::string& out, std::string_view topic, std::optional<std::int64_t> records);
void append_live(std::string& out, std::string_view topic, std::string_view id);
void append_gap(std::string& out, std::string_view topic, GapReason reason, OffsetFormat format,
                const std::vector<Gap>& gaps);
void append_reset(std::string& out, std::string_view topic, ResetReason reason);
void append_cursor(std::string& out);
// `expires_at`: RFC 3339.
void append_auth_expiring(std::string& out, std::string_view expires_at);
void append_end(std::string& out, std::string_view reason);
void append_shutdown(std::string& out, std::string_view reason);
void append_retry(std::string& out, std::int64_t milliseconds);

}  // namespace sidestream
