#include <array>
#include <sstream>

#include "tests/system/faults/schedule.hpp"

namespace e2e::faults {
namespace {

constexpr std::array<const char*, 40> names{
    "nothing",      "kill sidecar", "end sidecar",  "start sidecar", "freeze sidecar",
    "thaw sidecar", "jump clock",   "kill broker",  "start broker",  "freeze broker",
    "thaw broker",  "silence link", "mend link",    "reset link",    "move leader",
    "wipe",         "trim",         "grow",         "recreate",      "fill disk",
    "free disk",    "refuse",       "grant",        "attack",        "end attack",
    "cut",          "abandon",      "stall",        "slow down",     "read all",
    "revoke",       "rotate keys",  "lose keys",    "return keys",   "ask",
    "cancel",       "kill worker",  "start worker", "freeze worker", "thaw worker"};

constexpr std::array<const char*, 4> ways_names{"", " to the broker", " to the sidecar",
                                                " both ways"};

bool tells_lane(const Step& step, bool cluster) {
  switch (step.fault) {
    case Fault::trim:
    case Fault::grow:
    case Fault::move_leader:
      return true;
    case Fault::kill_broker:
    case Fault::freeze_broker:
      return cluster && step.node == 0;
    default:
      return false;
  }
}

}  // namespace

std::string Schedule::text() const {
  std::ostringstream out;
  out << kind << ", seed " << seed << ": " << clients << " clients, " << sidecars << " sidecars, "
      << lanes << " lanes, records of " << padding << " bytes, topic log " << topic_log
      << (link ? ", through a link" : "") << (post ? ", written by POST" : "") << "\n";
  int number = 0;
  for (const auto& step : steps) {
    out << "  " << ++number << ". " << names.at(static_cast<std::size_t>(step.fault));
    if (step.person >= 0) out << " person " << step.person << " at";
    if (step.sidecar >= 0) out << " " << step.sidecar;
    if (step.worker >= 0) out << " " << step.worker;
    if (step.questions > 0) out << " " << step.questions;
    if (step.ways > 0) out << ways_names.at(static_cast<std::size_t>(step.ways));
    if (step.refusal != Refusal::none) out << " " << name_of(step.refusal);
    if (step.attack != Attack::none) out << " by " << name_of(step.attack);
    if (step.slow) out << ", loading slowly";
    if (step.seconds != 0) out << " by " << step.seconds << " s";
    if (step.node > 0) out << " " << step.node;
    if (tells_lane(step, kind == "kafkacluster")) out << " lane " << step.lane;
    if (step.percent > 0) out << " " << step.percent << " %";
    if (step.head_start > 0) out << ", head start " << step.head_start;
    if (step.rounds > 0) out << "; " << step.rounds << " rounds, overlap " << step.overlap << " %";
    if (step.pause_ms > 0) out << "; " << step.pause_ms << " ms";
    out << "\n";
  }
  return out.str();
}

}  // namespace e2e::faults
