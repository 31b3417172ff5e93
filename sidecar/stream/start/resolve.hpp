#pragma once
// Decides where a reader starts, from its request and from what the broker holds, and what must be
// announced. Pure. `since` and `tail` need the broker again: see Starts and TailSeeks.
//
// `head` is always the topic log's head position. The tail may have moved it beyond the extent.

#include <string_view>

#include "connectors/connector.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

// Where `live` starts: after the newest record of each partition. `head` replaces the partitions
// that the broker could not report.
Position live_position(const LogExtent& extent, const Position& head);
// Before the first record that is still held.
Position earliest_position(const LogExtent& extent);

// Whether the broker now holds another log than the one that the topic log had read up to `head`
// when the query was sent: recreated, truncated, or incomplete after a change of leader. Then no
// position of one is a position of the other.
bool is_another_log(const LogExtent& extent, const Position& head);

// Reads the id that a client sent for `topic`: of a composite id the topic's part.
ParsedId parse_resume_id(std::string_view id, std::string_view topic, OffsetFormat format);

// Resume, with gaps for what retention took, or a reset where the position cannot be used.
StartPlan resolve_position(Position position, const LogExtent& extent, const Position& head,
                           Start on_reset);
StartPlan resolve_id(const ParsedId& id, const LogExtent& extent, const Position& head,
                     Start on_reset);

}  // namespace sidestream
