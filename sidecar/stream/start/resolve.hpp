#pragma once
// From what a reader asks and what the broker holds to a place to start, with what must be
// announced. Pure. (`since` and `tail` need the broker again: OpenLog and TailSeek do that.)

#include <string_view>

#include "connectors/connector.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

// Where `live` is: the newest place of each partition. Of a partition that could not be asked it is
// what the topic log knows (`head`).
Position live_position(const LogExtent& extent, const Position& head);
// Before the first record still held.
Position earliest_position(const LogExtent& extent);

// Whether what the broker holds can't be the log whose records the topic log had up to `head` when
// the broker was asked: that was recreated or set back, or is not all there since its leader has
// changed. Then no position of the one is a place in the other.
bool is_another_log(const LogExtent& extent, const Position& head);

// `head`: the topic log's, which the tail may have moved beyond the extent's answer.
StartPlan resolve_position(Position position, const LogExtent& extent, const Position& head,
                           Start on_reset);
StartPlan resolve_id(std::string_view id, const TopicSettings& topic, OffsetFormat format,
                     const LogExtent& extent, const Position& head);
StartPlan reset_plan(std::string_view reason, const LogExtent& extent, const Position& head,
                     Start on_reset);

// The part of an id that concerns `topic`: of a composite id its part (empty if it has none), else
// the id.
std::string_view id_part(std::string_view id, std::string_view topic);

}  // namespace sidestream
