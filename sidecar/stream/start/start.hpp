#pragma once
// Where a reader starts: what it asked for, and what came of it. Values only.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/stream/dialect/control.hpp"

namespace sidestream {

struct StartRequest {
  enum class Kind { live, earliest, since, tail, resume, position };
  Kind kind = Kind::live;
  std::string id;         // resume: what the client sent
  Timestamp since{};      // since
  std::int64_t tail = 0;  // tail: the newest so many deliverable records of each partition
  Position position;      // position: a reader of ours that can't read on where it stands
  std::uint64_t generation =
      0;  // position: the one that it is of, as LogView::generation counts them
};

struct StartPlan {
  const char* start = "live";  // for stream-open
  Position position;           // read on after this
  std::optional<Position>
      opening;  // the position before what `gaps` announce; stream-open's id. Absent
                // with a reset: then only the reset moves the client's cursor
  std::vector<Gap> gaps;
  std::string reset;             // why the id could not be used; empty: it could
  std::uint64_t generation = 0;  // the generation of the log that the position is of
  bool dense = true;             // offsets count records
  bool stopped = false;          // there is none: we are shutting down, or `position` asked about a
                                 // older generation, whose end the reader hears of from the view
};

using PlanCallback = std::function<void(StartPlan)>;

}  // namespace sidestream
