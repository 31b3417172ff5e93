#pragma once
// Makes start plans that need no decision. Pure.
//
// Thread: any.

#include <optional>

#include "sidecar/stream/end/ended_logs.hpp"
#include "sidecar/stream/start/start.hpp"

namespace sidestream {

StartPlan plan_at(StartKind start, Position position, bool dense);
// Requires: not `found`.
StartPlan no_plan(StartOutcome outcome);
// Sets `ended` and `at_end` as it was when the start was asked for. `end`: absent where that is
// unknown.
void set_end(StartPlan& plan, const std::optional<LogEnd>& end);

}  // namespace sidestream
