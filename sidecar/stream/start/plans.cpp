#include "sidecar/stream/start/plans.hpp"

#include <cassert>
#include <utility>

namespace sidestream {

StartPlan plan_at(StartKind start, Position position, bool dense) {
  StartPlan plan;
  plan.start = start;
  plan.opening = position;
  plan.position = std::move(position);
  plan.dense = dense;
  return plan;
}

StartPlan no_plan(StartOutcome outcome) {
  assert(outcome != StartOutcome::found);
  StartPlan plan;
  plan.outcome = outcome;
  return plan;
}

void set_end(StartPlan& plan, const std::optional<LogEnd>& end) {
  plan.ended = end && end->ended;
  plan.at_end = plan.ended && !plan.reset && plan.gaps.empty() && plan.position.size() == 1 &&
                plan.position.front() >= *end->newest;
}

}  // namespace sidestream
