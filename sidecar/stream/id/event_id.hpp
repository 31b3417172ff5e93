#pragma once
// Event ids: positions as text, in the alphabet [A-Za-z0-9._~-]. A public format: every release
// reads all earlier ones (design: ids). Pure.
//
//   one partition      42            before the first record 0.-1
//   several            0.42~1.17~2.-1
//   Redis              1526919030474-55          before the first entry 0-0
//   several topics     orders~42~~alerts~1526919030474-55   (name ~ id, joined by ~~)

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/record.hpp"

namespace sidestream {

// Why an id can't be used here; the words stand in stream-reset.
enum class BadId { garbage, other_topic };

struct ParsedId {
  std::optional<Position> position;  // as long as the id names partitions
  BadId problem = BadId::garbage;    // where there is no position
};

void append_position(std::string& out, OffsetFormat format, const Position& position);
std::string format_position(OffsetFormat format, const Position& position);
std::string format_offset(OffsetFormat format, Offset offset);

// Reads the id of one log. `partitions`: how many the log has now; an id that names more is another
// topic's. The result names at least one partition; the ones it doesn't name are new.
ParsedId parse_position(OffsetFormat format, std::string_view id, std::size_t partitions);

// (topic, its id) pairs; nothing where the text is no composite.
using IdParts = std::vector<std::pair<std::string_view, std::string_view>>;
bool is_composite(std::string_view id);
std::optional<IdParts> parse_composite(std::string_view id);
void append_composite(std::string& out, std::string_view topic, std::string_view id);

}  // namespace sidestream
