#pragma once
// Decides whether a tail has lost entries, or reads another generation of its stream. Pure.
//
// A tail knows its position (the last entry delivered) and usually its *rank*: how many entries had
// been added to the stream when that entry was the newest. It sends, in one write,
//
//   XRANGE <position> + COUNT n    entries from the position on, including the one at the position
//   XINFO STREAM                   the state of the stream
//
// Rules:
//
// 1. If the entry at the position is still held, nothing after it was trimmed, because Redis trims
//    the oldest entries first. Single entries removed by XDEL are no loss: that was intended.
// 2. Otherwise the counts must agree. At the stream's end: entries-added = rank + entries read.
//    Before the end: the rank of the first entry held (entries-added - length + 1) = rank + 1. The
//    difference was lost. So sparse ids are no gap, and MAXLEN 1 causes no false alarm.
// 3. If the rank is unknown and the oldest entry held is above the position, the loss has unknown
//    size.
// 4. It is a reset if the stream is gone, ends below the position, has fewer entries added than
//    were read, begins below the oldest entry that it held before, or is untrimmed and does not hold
//    the position.
//
// Other clients may write between the two commands, so the replies may contradict each other. If
// that matters, the decision is `retry`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "connectors/record.hpp"
#include "connectors/redis/stream_info.hpp"

namespace sidestream::redis {

// How far a tail has read. The beginning of a stream has rank 0.
struct Progress {
  Offset position{0};
  std::optional<std::uint64_t> rank = 0;  // absent: unknown
  bool existed = false;                   // the stream existed at this position
  Offset first{0};                        // the oldest entry held when it was read last; 0-0: none
};

// A reply to XRANGE.
struct FetchedEntries {
  bool at_position = false;  // the entry at the position was in the reply; `count` excludes it
  std::size_t count = 0;     // entries after the position
  Offset first{0};           // the first of those
  Offset last{0};
  bool complete = false;  // fewer entries than requested: the reply ended with the stream
};

struct TailDecision {
  enum class Kind {
    deliver,  // deliver the entries; continue at `next`
    loss,     // report the loss first, then the same
    reset,    // deliver nothing; another generation begins at `next` (0-0)
    retry,    // the replies contradict each other; send both commands again
  };
  Kind kind = Kind::deliver;
  Progress next{};
  std::optional<std::int64_t> lost = std::nullopt;  // with loss; absent: unknown
  bool exact = true;
  Offset resumed{0};          // with loss: the first entry still held
  std::string_view reason{};  // with reset
};

TailDecision decide(const Progress& progress, const FetchedEntries& fetched,
                    const StreamInfo& info);

// The same after too many retries: replies that contradict each other count as a loss of unknown
// size. It still answers `retry` if the loss would skip entries that the stream holds.
TailDecision decide_without_retry(const Progress& progress, const FetchedEntries& fetched,
                                  const StreamInfo& info);

// Whether XINFO alone shows that the stream must be read: it has new entries or lost some.
bool needs_reading(const Progress& progress, const StreamInfo& info);

}  // namespace sidestream::redis
