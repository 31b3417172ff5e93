#pragma once
// Events as NDJSON: one JSON object a line. Pure.
//
//   {"id":"42","event":"order","data":"..."}
//
// `data` is the text of the record, or the JSON text of a control event. An event without an id has
// no "id", one with a `retry:` has "retry" in milliseconds. A comment becomes an empty line.

#include <optional>
#include <string>
#include <string_view>

namespace sidestream {

// Appends whole blocks of an event stream, as BlockWriter and Encoder write them. `breaks`: of the
// first block's data; see data_lines.hpp.
void append_ndjson(std::string& out, std::string_view blocks, std::string_view breaks = {});

// What append_ndjson() wrote in front of the data. The names of control events and all ids need no
// escapes in JSON, so they are seen as they are; `event` of other lines may have escapes.
struct NdjsonHead {
  std::string_view id;  // empty: none
  std::string_view event;
};
// Requires: a line of append_ndjson() that is not empty.
NdjsonHead read_ndjson_head(std::string_view line);

}  // namespace sidestream
