#pragma once
// Decides whether a tail that has read on has lost something, or reads another stream than before.
// Pure; the tail worker obeys.
//
// A tail knows its position (the last entry delivered) and mostly its *rank*: how many entries had
// ever been added to the stream when that entry was the newest. It asks for
//   XRANGE <position> + COUNT n    (from the position itself on)      and then, in the same write,
//   XINFO STREAM
// 1. Is the entry at the position still there, nothing after it can have been trimmed: Redis trims
// from
//    the oldest on. (Single entries that someone took out with XDEL are no loss: that was meant.)
// 2. Otherwise the books must balance: entries-added now = rank + entries read, when all was read;
// or
//    the rank of the first entry held (entries-added - length + 1) = rank + 1. What is missing was
//    lost. So sparse ids are no gap, and a stream kept at MAXLEN 1 is read without false alarms.
// 3. Where the rank is not known and the oldest entry lies above the position, that is a loss of
//    unknown size.
// 4. A stream that is gone, ends below the position, has had fewer entries than we read, or is
// whole and
//    yet does not hold our position, is another one: reset.
// The two answers may be of different moments (other clients in between). Where that matters they
// don't fit together, and the verdict is `again`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "connectors/record.hpp"
#include "connectors/redis/stream_info.hpp"

namespace sidestream::redis {

// Where a tail stands. The beginning has rank 0.
struct Place {
  Offset position{0};
  std::optional<std::uint64_t> rank = 0;
  bool seen = false;  // at this position the stream was there, with entries added
};

// What XRANGE answered.
struct Fetched {
  bool at_position = false;  // the entry at the position came with it (it is not counted below)
  std::size_t count = 0;     // entries after the position
  Offset first{0};           // of those
  Offset last{0};
  bool complete = false;  // fewer than were asked for: there were no more at that moment
};

struct Verdict {
  enum class Kind {
    go_on,  // deliver, stand at `next`
    lose,   // tell the loss, then the same
    reset,  // deliver nothing; another life begins at `next` (0-0)
    again,  // ask again
  };
  Kind kind = Kind::go_on;
  Place next{};
  std::optional<std::int64_t> lost = std::nullopt;  // of lose
  bool exact = true;
  Offset resumed{0};          // of lose: the first entry still held
  std::string_view reason{};  // of reset
};

Verdict judge(const Place& place, const Fetched& fetched, const StreamInfo& info);

// After too many `again`: the same without trust in the books.
Verdict judge_blindly(const Place& place, const Fetched& fetched, const StreamInfo& info);

// Whether a look at XINFO alone says that the stream must be read: there is something new or wrong.
bool needs_reading(const Place& place, const StreamInfo& info);

}  // namespace sidestream::redis
