#include "sidecar/stream/reader/opening.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "sidecar/stream/dialect/control.hpp"
#include "sidecar/stream/id/event_id.hpp"

namespace sidestream {
namespace {

Offset offset_in(const Position& position, std::size_t partition) {
  return partition < position.size() ? position[partition] : Offset{};
}

std::string loss_body(const StartedPart& part) {
  std::string body;
  if (part.plan->reset) {
    append_reset(body, *part.topic, *part.plan->reset);
  } else {
    append_gap(body, *part.topic, GapReason::retention, part.format, part.plan->gaps);
  }
  return body;
}

}  // namespace

std::string opening_id(BlockWriter& writer, std::span<const StartedPart> parts,
                       std::string_view own_id) {
  bool resets = false;
  std::string id;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const StartPlan& plan = *parts[i].plan;
    const Position& position = plan.opening ? *plan.opening : plan.position;
    id = writer.id(i, format_position(parts[i].format, position));
    resets = resets || !plan.opening;
  }
  return resets ? std::string(own_id) : id;
}

bool begins_first(const StartPlan& plan) {
  if (plan.reset || !plan.gaps.empty() || plan.position.size() != 1) return false;
  return plan.start == StartKind::earliest || plan.position.front() <= Offset{0};
}

void write_open(std::string& out, BlockWriter& writer, std::span<const StartedPart> parts,
                std::string_view id, std::string_view location) {
  std::string body;
  if (writer.composite()) {
    std::vector<std::pair<std::string_view, StartKind>> topics;
    for (const StartedPart& part : parts) topics.emplace_back(*part.topic, part.plan->start);
    append_open(body, topics);
  } else {
    append_open(body, *parts[0].topic, parts[0].plan->start, location);
  }
  writer.add(out, body, id);
}

void write_losses(std::string& out, BlockWriter& writer, std::span<const StartedPart> parts,
                  std::string_view first_id) {
  std::size_t last = parts.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (has_loss(*parts[i].plan)) last = i;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!has_loss(*parts[i].plan)) continue;
    const std::string id = writer.id(i, format_position(parts[i].format, parts[i].plan->position));
    const std::string_view before = writer.retry_written() ? std::string_view() : first_id;
    writer.add(out, loss_body(parts[i]), i == last ? std::string_view(id) : before);
  }
}

void write_loss(std::string& out, BlockWriter& writer, std::size_t index, const StartedPart& part) {
  writer.add(out, loss_body(part),
             writer.id(index, format_position(part.format, part.plan->position)));
}

void count_loss(const StartPlan& plan, TopicProbe& probe) {
  if (plan.reset) return probe.resets.add();
  if (!plan.gaps.empty()) probe.gaps.add();
  for (const Gap& gap : plan.gaps) {
    if (gap.lost) probe.gap_records.add(static_cast<std::uint64_t>(*gap.lost));
  }
}

StartMode start_mode(const StartPlan& plan, const LogView& view) {
  if (plan.reset) return StartMode::reset;
  if (!plan.gaps.empty()) return StartMode::gap;
  for (std::size_t p = 0; p < view.tail_position.size() && p < plan.position.size(); ++p) {
    if (plan.position[p] < view.tail_position[p]) return StartMode::broker;
  }
  return is_behind(plan.position, view) ? StartMode::memory : StartMode::live;
}

bool is_behind(const Position& position, const LogView& view) {
  for (std::size_t p = 0; p < view.head_position.size(); ++p) {
    if (offset_in(position, p) < view.head_position[p]) return true;
  }
  return false;
}

std::int64_t count_behind(const Position& position, const LogView& view) {
  std::int64_t n = 0;
  for (std::size_t p = 0; p < view.head_position.size(); ++p) {
    const Offset own = offset_in(position, p);
    if (own < view.head_position[p]) {
      n += static_cast<std::int64_t>(view.head_position[p].since(own));
    }
  }
  return n;
}

}  // namespace sidestream
