#pragma once
// The bodies (event and data lines) of control events: what a client gets besides the records.
// Pure. Shapes: README, "Control events". Every text that comes from outside is written as JSON.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/record.hpp"

namespace sidestream {

struct Gap {
  Partition partition = 0;
  Offset requested;  // the reader's position: "asked after this"
  Offset resumed;    // the first record still held
  std::optional<std::int64_t> lost;
  bool exact = true;
};

void append_open(std::string& out, std::string_view topic, std::string_view start);
// For a stream of several topics: the topics in the request's order with their starts.
void append_open(std::string& out,
                 const std::vector<std::pair<std::string_view, std::string_view>>& topics);
void append_catch_up(std::string& out, std::string_view topic, std::optional<std::int64_t> records);
void append_live(std::string& out, std::string_view topic, std::string_view id);
void append_gap(std::string& out, std::string_view topic, std::string_view reason,
                OffsetFormat format, const std::vector<Gap>& gaps);
void append_reset(std::string& out, std::string_view topic, std::string_view reason);
void append_cursor(std::string& out);
void append_shutdown(std::string& out, std::string_view reason);
void append_retry(std::string& out, std::int64_t milliseconds);

}  // namespace sidestream
