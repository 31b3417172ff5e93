#pragma once
// Event streams as the client of Vercel's AI SDK reads them (`control_events: ui_messages`). Pure.
//
// It parses the data of every event as JSON, ignores its name, and refuses what is no part of a
// message. So records pass as they are, and of the control events these stay, in its own form:
//
//   stream-end                 data: [DONE]
//   stream-gap, stream-reset   data: {"type":"data-stream-gap","data":{...},"transient":true}
//
// A stream-shutdown has no form: the response is cut short instead, for a clean end means that the
// message is complete.

#include <string>
#include <string_view>

namespace sidestream {

// Appends whole blocks of an event stream, as BlockWriter and Encoder write them.
void append_ui_messages(std::string& out, std::string_view blocks);

}  // namespace sidestream
