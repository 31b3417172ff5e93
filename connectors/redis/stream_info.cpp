#include "connectors/redis/stream_info.hpp"

#include <algorithm>

namespace sidestream::redis {
namespace {

constexpr long long entry_bytes_max = 1LL << 40;

std::size_t size_of(const redisReply& reply) {
  std::size_t size = reply.len;
  for (const auto* element : elements_of(reply)) size += size_of(*element);
  return size;
}

bool read_id(const redisReply& reply, Offset& id) {
  const auto parsed = parse_entry_id_at_most(text_of(reply));
  if (parsed) id = *parsed;
  return parsed.has_value();
}

// [id, fields] or, from the script, the id; nil if the stream is empty.
bool read_entry(const redisReply& reply, Offset& id, StreamInfo& info) {
  if (reply.type == REDIS_REPLY_STRING) return read_id(reply, id);
  info.bytes += size_of(reply);
  const auto parts = elements_of(reply);
  return parts.empty() || read_id(*parts[0], id);
}

bool read_field(std::string_view name, const redisReply& value, StreamInfo& info) {
  if (name == "length") {
    info.length = static_cast<std::uint64_t>(value.integer);
    return is_integer(value);
  }
  if (name == "entries-added") {
    if (is_integer(value)) info.added = static_cast<std::uint64_t>(value.integer);
    return is_integer(value);
  }
  if (name == "last-generated-id") return read_id(value, info.last_generated);
  if (name == "max-deleted-entry-id") return read_id(value, info.max_deleted);
  if (name == "first-entry") return read_entry(value, info.first, info);
  if (name == "last-entry") return read_entry(value, info.last, info);
  if (name == "entry-bytes") {
    info.bytes = static_cast<std::size_t>(std::clamp(value.integer, 0LL, entry_bytes_max));
    return is_integer(value);
  }
  return true;
}

}  // namespace

std::optional<StreamInfo> decode_info(const redisReply& reply) {
  StreamInfo info;
  if (is_error(reply) && text_of(reply) == "ERR no such key") {
    info.added = 0;
    return info;
  }
  if (!is_array(reply)) return std::nullopt;
  info.exists = true;
  const auto fields = elements_of(reply);
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (!read_field(text_of(*fields[i]), *fields[i + 1], info)) return std::nullopt;
  }
  return info;
}

Offset floor_of(const StreamInfo& info) {
  if (info.empty()) return info.last_generated;
  return info.untrimmed() ? Offset{0} : info.first.previous();
}

bool of_older_generation(const StreamInfo& info, Offset position) {
  return info.untrimmed() && !info.empty() && position != Offset{0} && position < info.first;
}

LogExtent extent_of(const StreamInfo& info) {
  Extent extent;
  extent.floor = floor_of(info);
  extent.first = info.empty() ? info.last_generated.next() : info.first;
  extent.last = info.last_generated;
  LogExtent log;
  log.partitions = {extent};
  log.dense = false;
  if (info.untrimmed() && !info.empty()) log.origin = info.first;
  return log;
}

}  // namespace sidestream::redis
