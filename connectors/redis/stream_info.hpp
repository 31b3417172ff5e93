#pragma once
// The answer of XINFO STREAM, and what follows from it. Pure.
//
// What Redis does to the fields (measured on 7.0.15):
//   XADD             entries-added + 1, last-generated-id = its id
//   XTRIM, MAXLEN    length and first entry change; max-deleted-entry-id does NOT
//   XDEL             max-deleted-entry-id = the greatest id ever deleted by XDEL; entries-added
//   stays emptied          first entry absent; last-generated-id and entries-added stay XSETID sets
//   last-generated-id (lower too, if no entry lies above it), and with its
//                    options entries-added; max-deleted-entry-id is never lowered to 0-0
//   DEL, FLUSHALL    the next XADD makes a stream with entries-added = 1
//   COPY, AOF, RDB   all of it is kept
// So `entries-added - length` counts the removed entries but not where they lay, and the greatest
// trimmed id is not told: it is below the first entry held, which is all that can be said.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "connectors/connector.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

struct StreamInfo {
  bool exists = false;
  std::uint64_t length = 0;
  Offset last_generated{0};
  Offset first{0};  // the oldest entry held; 0-0: none
  Offset tip{0};    // the newest entry held; 0-0: none
  Offset max_deleted{0};
  std::optional<std::uint64_t> added;  // absent before Redis 7; 0: no stream
  std::size_t bytes = 0;               // of the entries in the answer: asking costs as much

  bool empty() const { return length == 0; }
  // Whether every entry that was ever added is still held.
  bool whole() const { return added && *added == length; }
};

// Absent: not such an answer. An error answer is none; "no such key" is a stream
// that does not exist.
std::optional<StreamInfo> decode_info(const redisReply& reply);

// A reader at or after it has lost nothing; 0-0 for a stream that is whole. It may be greater than
// the greatest removed id, never lower.
Offset floor_of(const StreamInfo& info);

// A position that no reader of this stream can have: every entry is still held, and it lies below
// the first. So it is of a former life (deleted and recreated). The beginning, 0-0, never is.
bool of_former_life(const StreamInfo& info, Offset position);

// `origin` is the first entry of a whole stream: see of_former_life.
LogExtent extent_of(const StreamInfo& info);

}  // namespace sidestream::redis
