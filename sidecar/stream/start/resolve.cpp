#include "sidecar/stream/start/resolve.hpp"

#include <algorithm>
#include <utility>

namespace sidestream {
namespace {

bool is_unknown(const LogExtent& extent, std::size_t partition) {
  return std::find(extent.unknown.begin(), extent.unknown.end(),
                   static_cast<Partition>(partition)) != extent.unknown.end();
}

// Whether a position is of an older generation of the log and not the beginning of this one.
bool is_outdated(const LogExtent& extent, const Extent& held, Offset position) {
  return position < extent.origin.previous() && position != held.floor;
}

std::optional<std::int64_t> count_lost(const LogExtent& extent, Offset position, Offset first) {
  if (!extent.dense || position < extent.origin.previous()) return std::nullopt;
  return static_cast<std::int64_t>(first.since(position)) - 1;
}

StartPlan reset_plan(ResetReason reason, const LogExtent& extent, const Position& head,
                     Start on_reset) {
  StartPlan plan;
  plan.start = StartKind::reset;
  plan.reset = reason;
  plan.dense = extent.dense;
  plan.position =
      on_reset == Start::earliest ? earliest_position(extent) : live_position(extent, head);
  return plan;
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
    if (held.last < head[p] || is_outdated(extent, held, head[p])) return true;
  }
  return false;
}

StartPlan resolve_position(Position position, const LogExtent& extent, const Position& head,
                           Start on_reset) {
  position.resize(extent.partitions.size());
  for (std::size_t p = 0; p < position.size(); ++p) {
    const Offset end = std::max(extent.partitions[p].last, p < head.size() ? head[p] : Offset{});
    if (!is_unknown(extent, p) && position[p] > end) {
      return reset_plan(ResetReason::beyond_end, extent, head, on_reset);
    }
  }
  StartPlan plan;
  plan.start = StartKind::resume;
  plan.dense = extent.dense;
  plan.opening = position;
  for (std::size_t p = 0; p < position.size(); ++p) {
    const Extent& held = extent.partitions[p];
    const bool outdated = is_outdated(extent, held, position[p]);
    if (is_unknown(extent, p) || (position[p] >= held.floor && !outdated)) continue;
    plan.gaps.push_back({static_cast<Partition>(p), position[p], held.first,
                         count_lost(extent, position[p], held.first), extent.exact});
    position[p] = held.floor;
  }
  plan.position = std::move(position);
  return plan;
}

ParsedId parse_resume_id(std::string_view id, std::string_view topic, OffsetFormat format) {
  const std::string_view part = id_part(id, topic);
  if (part.empty()) return {std::nullopt, ResetReason::other_topic};
  return parse_position(format, part);
}

StartPlan resolve_id(const ParsedId& id, const LogExtent& extent, const Position& head,
                     Start on_reset) {
  if (!id.position) return reset_plan(id.problem, extent, head, on_reset);
  // A log never loses partitions: an id that names more is of another topic.
  if (id.position->size() > extent.partitions.size()) {
    return reset_plan(ResetReason::other_topic, extent, head, on_reset);
  }
  return resolve_position(*id.position, extent, head, on_reset);
}

}  // namespace sidestream
