#pragma once
// Redis entry ids as text and as Offset. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/record.hpp"

namespace sidestream::redis {

// The greatest id that an Offset can hold and that has a next one. Redis allows two more.
inline constexpr Offset newest_entry_id = Offset::of_entry(UINT64_MAX, UINT64_MAX - 2);

// Parses "1526919030474-55". Absent: not an entry id, or one beyond newest_entry_id.
std::optional<Offset> parse_entry_id(std::string_view text);
// The same, with newest_entry_id for an id beyond it.
std::optional<Offset> parse_entry_id_at_most(std::string_view text);

// Requires: offset >= 0.
std::string format_entry_id(Offset offset);

}  // namespace sidestream::redis
