#include "sidecar/stream/start/resolve.hpp"

#include <algorithm>
#include <utility>

#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {
namespace {

bool is_unknown(const LogExtent& extent, std::size_t partition) {
  return std::find(extent.unknown.begin(), extent.unknown.end(),
                   static_cast<Partition>(partition)) != extent.unknown.end();
}

// A position of the log's older generation, unless it is the beginning of the present one.
bool is_former(const LogExtent& extent, const Extent& held, Offset position) {
  return position < extent.origin.previous() && position != held.floor;
}

std::optional<std::int64_t> count_lost(const LogExtent& extent, Offset position, Offset first) {
  if (!extent.dense || position < extent.origin.previous()) return std::nullopt;
  return static_cast<std::int64_t>(first.value - position.value - 1);
}

}  // namespace

Position live_position(const LogExtent& extent, const Position& head) {
  Position position;
  for (std::size_t p = 0; p < extent.partitions.size(); ++p) {
    const bool use_head = is_unknown(extent, p) && p < head.size();
    position.push_back(use_head ? head[p] : extent.partitions[p].last);
  }
  return position;
}

Position earliest_position(const LogExtent& extent) {
  Position position;
  for (const Extent& partition : extent.partitions) position.push_back(partition.floor);
  return position;
}

bool is_another_log(const LogExtent& extent, const Position& head) {
  if (head.size() > extent.partitions.size()) return true;
  for (std::size_t p = 0; p < head.size(); ++p) {
    const Extent& held = extent.partitions[p];
    if (is_unknown(extent, p)) continue;
    if (held.last < head[p] || is_former(extent, held, head[p])) return true;
  }
  return false;
}

StartPlan reset_plan(std::string_view reason, const LogExtent& extent, const Position& head,
                     Start on_reset) {
  StartPlan plan;
  plan.start = "reset";
  plan.reset = reason;
  plan.dense = extent.dense;
  plan.position =
      on_reset == Start::earliest ? earliest_position(extent) : live_position(extent, head);
  return plan;
}

StartPlan resolve_position(Position position, const LogExtent& extent, const Position& head,
                           Start on_reset) {
  position.resize(extent.partitions.size());
  for (std::size_t p = 0; p < position.size(); ++p) {
    const Offset end = std::max(extent.partitions[p].last, p < head.size() ? head[p] : Offset{});
    if (!is_unknown(extent, p) && position[p] > end) {
      return reset_plan("beyond_end", extent, head, on_reset);
    }
  }
  StartPlan plan;
  plan.start = "resume";
  plan.dense = extent.dense;
  plan.opening = position;
  for (std::size_t p = 0; p < position.size(); ++p) {
    const Extent& held = extent.partitions[p];
    const bool former = is_former(extent, held, position[p]);
    if (is_unknown(extent, p) || (position[p] >= held.floor && !former)) continue;
    plan.gaps.push_back({static_cast<Partition>(p), position[p], held.first,
                         count_lost(extent, position[p], held.first), extent.exact});
    position[p] = held.floor;
  }
  plan.position = std::move(position);
  return plan;
}

std::string_view id_part(std::string_view id, std::string_view topic) {
  const auto parts = parse_composite(id);
  if (!parts) return id;
  for (const auto& [name, part] : *parts) {
    if (name == topic) return part;
  }
  return {};
}

StartPlan resolve_id(std::string_view id, const TopicSettings& topic, OffsetFormat format,
                     const LogExtent& extent, const Position& head) {
  const std::string_view part = id_part(id, topic.name);
  if (part.empty()) return reset_plan("other_topic", extent, head, topic.on_reset);
  const ParsedId parsed = parse_position(format, part, extent.partitions.size());
  if (!parsed.position) {
    const bool foreign = parsed.problem == BadId::other_topic;
    return reset_plan(foreign ? "other_topic" : "garbage", extent, head, topic.on_reset);
  }
  return resolve_position(*parsed.position, extent, head, topic.on_reset);
}

}  // namespace sidestream
