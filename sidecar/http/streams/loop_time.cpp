#include "sidecar/http/streams/loop_time.hpp"

#include "sidecar/base/time_text.hpp"

namespace sidestream {

LoopTime read_clocks() { return {std::chrono::steady_clock::now(), unix_now_ms()}; }

}  // namespace sidestream
