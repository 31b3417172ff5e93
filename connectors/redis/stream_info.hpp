#pragma once
// Decodes the reply to XINFO STREAM, or to the script in its place (id_scripts.hpp), and derives the extent from it. Pure.
//
// How commands change the fields (measured with Redis 7.0.15):
//
//   XADD             entries-added + 1; last-generated-id = the new id
//   XTRIM, MAXLEN    length and first entry change; max-deleted-entry-id does not
//   XDEL             max-deleted-entry-id = the greatest id ever removed by XDEL; entries-added is
//                    unchanged
//   last one removed first entry absent; last-generated-id and entries-added are unchanged
//   XSETID           sets last-generated-id (also to a lower one, if no entry is above it); with
//                    options entries-added; never lowers max-deleted-entry-id to 0-0
//   DEL, FLUSHALL    the next XADD creates a stream with entries-added = 1
//   COPY, AOF, RDB   keep everything
//
// So `entries-added - length` is the number of removed entries, but not their places. The greatest
// trimmed id is unknown, except that it is below the first entry held.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "connectors/connector.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

struct StreamInfo {
  bool exists = false;
  std::uint64_t length = 0;
  Offset last_generated{0};
  Offset first{0};  // the oldest entry held; 0-0: none
  Offset last{0};   // the newest entry held; 0-0: none
  Offset max_deleted{0};
  std::optional<std::uint64_t> added;  // absent before Redis 7; 0: no stream
  std::size_t bytes = 0;               // of the first and last entry: the cost of the query

  bool empty() const { return length == 0; }
  // Whether the stream has an id beyond newest_entry_id. Such ids are reported as that one.
  bool ends_beyond() const { return last_generated == newest_entry_id; }
  // Whether every entry ever added is still held.
  bool untrimmed() const { return added && *added == length; }
};

// Absent: another reply, including errors. The error "no such key" is a stream that does not exist.
std::optional<StreamInfo> decode_info(const redisReply& reply);

// A reader at or after it has lost nothing; 0-0 for an untrimmed stream. It may be greater than the
// greatest removed id, but is never lower.
Offset floor_of(const StreamInfo& info);

// Whether no reader of this stream can have the position: the stream is untrimmed and begins above
// it. So it is of an older generation, before the stream was recreated. False for the beginning,
// 0-0.
bool of_older_generation(const StreamInfo& info, Offset position);

// `origin` is the first entry of an untrimmed stream: see of_older_generation().
LogExtent extent_of(const StreamInfo& info);

}  // namespace sidestream::redis
