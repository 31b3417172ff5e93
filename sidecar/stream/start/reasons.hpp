#pragma once
// Words of the wire contract for starts, gaps and resets, as enums. name_of() gives the word.
//
// Thread: any.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sidestream {

// How a stream starts: `start` of stream-open.
enum class StartKind : std::uint8_t { live, earliest, resume, since, tail, reset };

// Why an id cannot be used any more: `reason` of stream-reset.
enum class ResetReason : std::uint8_t {
  garbage,      // the text is no event id
  other_topic,  // the id is of another topic, or of a log with another id format
  beyond_end,   // the log ends before the id
  recreated,    // the log was deleted and recreated
  set_back,     // the log was truncated at its end, or replaced by an older copy
};

// Why records are missing: `reason` of stream-gap.
enum class GapReason : std::uint8_t {
  retention,  // the broker no longer has them
  too_large,  // the record exceeds max_event
};

std::string_view name_of(StartKind kind);
std::string_view name_of(ResetReason reason);
std::string_view name_of(GapReason reason);

// The reason with this name; connectors report resets as text.
std::optional<ResetReason> reset_reason_of(std::string_view name);

}  // namespace sidestream
