#pragma once
// Event ids: positions as text, in the alphabet [A-Za-z0-9._~-]. This is a public format: each
// release reads the ids of all earlier ones. Pure.
//
//   one partition        42                         before the first record: 0.-1
//   several partitions   0.42~1.17~2.-1
//   Redis                1526919030474-55           before the first entry: 0-0
//   several topics       orders~42~~alerts~1526919030474-55
//                        (name ~ id, joined by ~~)
//
// Thread: any.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/record.hpp"
#include "sidecar/stream/start/reasons.hpp"

namespace sidestream {

struct ParsedId {
  std::optional<Position> position;            // of the partitions that the id names, at least one
  ResetReason problem = ResetReason::garbage;  // if there is no position: garbage or other_topic
};

// Whether a text consists of the characters of ids, so that it can be sent back as it is.
bool is_id_text(std::string_view text);
// A text that is no id of any log: a resume from it is a reset.
inline constexpr std::string_view unusable_id = "~";

void append_position(std::string& out, OffsetFormat format, const Position& position);
std::string format_position(OffsetFormat format, const Position& position);
std::string format_offset(OffsetFormat format, Offset offset);

// Reads the id of one log. Partitions that the id does not name were added later. The caller checks
// that the log has as many partitions as the id names.
ParsedId parse_position(OffsetFormat format, std::string_view id);

// Pairs of topic and id, as views of the text.
using IdParts = std::vector<std::pair<std::string_view, std::string_view>>;
bool is_composite(std::string_view id);
// Empty if the text is no composite id.
std::optional<IdParts> parse_composite(std::string_view id);
// The part of a composite id that is `topic`'s, empty if it has none. Other ids are returned whole.
std::string_view id_part(std::string_view id, std::string_view topic);
void append_composite(std::string& out, std::string_view topic, std::string_view id);

}  // namespace sidestream
