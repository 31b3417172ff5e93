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
// Whether the log had ended when the start was asked for, and nothing follows it or was lost.
// `end`: absent where that is unknown.
bool is_at_end(const StartPlan& plan, const std::optional<LogEnd>& end);

}  // namespace sidestream
