// Replies of Redis: the protocol, entries of a stream, the description of a stream, entry ids.

#include <string>

#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/id_scripts.hpp"
#include "connectors/redis/reply.hpp"
#include "connectors/redis/stream_info.hpp"
#include "connectors/redis/stream_reply.hpp"
#include "tests/fuzz/check.hpp"

namespace fuzz {
namespace {

using namespace sidestream::redis;  // NOLINT(google-build-using-namespace): the tested names

constexpr int most_replies = 100;

void check_entries(const redisReply& reply, std::string_view bytes) {
  EntryBatch batch;
  if (!batch.decode(reply)) return;
  require(batch.records().size() == elements_of(reply).size(), "a record for each entry", bytes);
  for (const auto& record : batch.records()) {
    require(record.offset >= sidestream::Offset{0}, "an entry has an id", bytes);
  }
}

void check_info(const redisReply& reply, std::string_view bytes) {
  const auto info = decode_info(reply);
  if (!info || !info->exists) return;
  const auto extent = extent_of(*info);
  require(extent.partitions.size() == 1, "a stream is one partition", bytes);
  static_cast<void>(of_older_generation(*info, floor_of(*info)));
}

void check_ids(const redisReply& reply, std::string_view bytes) {
  const auto ids = decode_ids(reply);
  if (!ids || ids->count == 0) return;
  require(ids->oldest >= sidestream::Offset{0}, "the oldest entry has an id", bytes);
}

void check_entry_id(std::string_view text) {
  const auto id = parse_entry_id(text);
  if (!id) return;
  require(parse_entry_id(format_entry_id(*id)) == id, "an entry id reads as it was written", text);
}

}  // namespace

void check_redis_reply(Input input) {
  const std::string bytes(input.rest());
  check_entry_id(bytes);
  ReplyReader reader;
  reader.feed(bytes);
  for (int i = 0; i < most_replies; ++i) {
    const auto reply = reader.next();
    if (!reply) break;
    check_entries(*reply, bytes);
    check_info(*reply, bytes);
    check_ids(*reply, bytes);
  }
}

}  // namespace fuzz
