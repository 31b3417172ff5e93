#pragma once
// Event stream blocks in another dialect. Pure.

#include <string>
#include <string_view>

#include "sidecar/stream/dialect/dialect.hpp"
#include "sidecar/stream/dialect/ndjson.hpp"
#include "sidecar/stream/dialect/ui_messages.hpp"

namespace sidestream {

// Appends whole blocks. `breaks`: of the first block's data; see data_lines.hpp.
// Requires: not Dialect::event_stream, whose blocks go out as they are.
inline void append_translated(Dialect dialect, std::string& out, std::string_view blocks,
                              std::string_view breaks = {}) {
  if (dialect == Dialect::ndjson)
    append_ndjson(out, blocks, breaks);
  else
    append_ui_messages(out, blocks);
}

}  // namespace sidestream
