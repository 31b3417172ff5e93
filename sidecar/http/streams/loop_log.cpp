#include "sidecar/http/streams/loop_log.hpp"

namespace sidestream {

void LoopLog::find(std::uint64_t cursor, std::uint64_t limit) {
  drop_wires();
  run_ = find_run(seen_.view, cursor, limit);
}

void LoopLog::drop_wires() {
  for (std::shared_ptr<Wire>& wire : wires_) {
    if (wire && wire.use_count() > 1) wire->retire();
    wire.reset();
  }
}

void LoopLog::release_unused() {
  if (!std::exchange(wire_used_, false)) {
    drop_wires();
    run_ = {};
  }
}

}  // namespace sidestream
