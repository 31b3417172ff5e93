#pragma once
// Where a reader starts: its request, and the plan that answers it. Values only.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/stream/filter/stream_filter.hpp"
#include "sidecar/stream/replay/client_id.hpp"
#include "sidecar/stream/start/gap.hpp"
#include "sidecar/stream/start/reasons.hpp"

namespace sidestream {

struct StartRequest {
  enum class Kind : std::uint8_t {
    live,      // the newest records only
    earliest,  // the first record that is still held
    since,     // `since`
    tail,      // `tail`
    resume,    // `id`
    position,  // `position` and `generation`: a reader that cannot continue where it is
  };
  Kind kind = Kind::live;
  std::string id;         // as the client sent it
  Timestamp since{};      // records from this time on
  std::int64_t tail = 0;  // the newest n deliverable records of each partition ...
  FilterPtr filter{};     // ... that match; null: all do
  Position position;
  std::uint64_t generation = 0;  // of the log, as in LogView::generation
};

// Whether a request has led to a start.
enum class StartOutcome : std::uint8_t {
  found,
  stopped,   // the log or its connector is shutting down
  outdated,  // the position is of an older generation; the next view of the log says so
};

struct StartPlan {
  StartOutcome outcome = StartOutcome::found;
  // The rest is valid only if a start was found.
  StartKind start = StartKind::live;
  Position position;  // read on after this
  // The position before the gaps, which is the id of stream-open. Absent with a reset: then only
  // the reset moves the client's cursor.
  std::optional<Position> opening;
  std::vector<Gap> gaps;
  std::optional<ResetReason> reset;  // why the id could not be used
  std::uint64_t generation = 0;      // the generation of the log that the position is of
  bool dense = true;                 // offsets count records
  bool ended = false;                // the log has ended
  bool at_end = false;               // ... and nothing follows the start or was lost
};

// Who requested a start.
struct PlanReceiver {
  std::function<void(StartPlan)> take;
  // Expires when the plan is no longer wanted: then a failed start is not tried again.
  std::weak_ptr<const void> waiting;
  ClientId client = no_client;
};

}  // namespace sidestream
