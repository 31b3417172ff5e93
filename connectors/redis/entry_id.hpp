#pragma once
// Redis entry ids as text and as Offset. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "connectors/record.hpp"

namespace sidestream::redis {

// Parses "1526919030474-55". Absent: not an entry id, or a time of 2^63 ms or more.
std::optional<Offset> parse_entry_id(std::string_view text);

// Requires: offset >= 0.
std::string format_entry_id(Offset offset);

}  // namespace sidestream::redis
