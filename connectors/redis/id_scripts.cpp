#include "connectors/redis/id_scripts.hpp"

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/stream_reply.hpp"

namespace sidestream::redis {
namespace {

// After a refusal, permission may be given at any time.
constexpr std::chrono::seconds denied_for{60};

// The fields that decode_info() uses, with ids in place of entries, and the bytes of both entries.
constexpr std::string_view info_script = R"(
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
if info.err then return info end
local wanted = {['length'] = 1, ['last-generated-id'] = 1, ['max-deleted-entry-id'] = 1,
  ['entries-added'] = 1, ['first-entry'] = 2, ['last-entry'] = 2}
local out, bytes = {}, 0
for i = 1, #info, 2 do
  local name, value = info[i], info[i + 1]
  if wanted[name] == 2 and value then
    for _, text in ipairs(value[2]) do bytes = bytes + #text end
    value = value[1]
  end
  if wanted[name] then
    out[#out + 1] = name
    out[#out + 1] = value
  end
end
out[#out + 1] = 'entry-bytes'
out[#out + 1] = bytes
return out)";

// The number of entries, the oldest id and the bytes of all.
constexpr std::string_view back_script = R"(
local entries = redis.pcall('XREVRANGE', KEYS[1], ARGV[1], '-', 'COUNT', ARGV[2])
if entries.err then return entries end
local bytes = 0
for _, entry in ipairs(entries) do
  for _, text in ipairs(entry[2]) do bytes = bytes + #text end
end
return {#entries, #entries > 0 and entries[#entries][1], bytes})";

// The newest entry, as XREVRANGE sends it, with the fields that ARGV names.
constexpr std::string_view newest_script = R"(
local entries = redis.pcall('XREVRANGE', KEYS[1], ARGV[1], '-', 'COUNT', 1)
if entries.err or #entries == 0 then return entries end
local wanted, fields = {}, {}
for i = 2, #ARGV do wanted[ARGV[i]] = true end
local all = entries[1][2]
for i = 1, #all, 2 do
  if wanted[all[i]] then
    fields[#fields + 1] = all[i]
    fields[#fields + 1] = all[i + 1]
  end
end
return {{entries[1][1], fields}})";

bool names_eval(std::string_view error) {
  const bool denied = error.starts_with("NOPERM") || error.starts_with("ERR unknown command");
  return denied && (error.find("'eval'") != error.npos || error.find("'EVAL'") != error.npos);
}

}  // namespace

bool IdScripts::allowed() const {
  return Clock::now().time_since_epoch().count() >= denied_until_.load(std::memory_order_relaxed);
}

// A command that the script may not run is asked for in plain form, because only the error for that
// names the command.
bool IdScripts::refused_by(std::string_view error) {
  const bool inner = error.starts_with("ERR The user executing the script");
  if (!inner && !names_eval(error)) return false;
  denied_until_.store((Clock::now() + denied_for).time_since_epoch().count(),
                      std::memory_order_relaxed);
  return true;
}

std::string IdScripts::info_command(const std::string& log) const {
  if (!allowed()) return format_command({"XINFO", "STREAM", log});
  return format_command({"EVAL", info_script, "1", log});
}

std::string IdScripts::back_command(const std::string& log, Offset newest,
                                    std::size_t count) const {
  const auto id = format_entry_id(newest);
  const auto limit = std::to_string(count);
  if (!allowed()) return format_command({"XREVRANGE", log, id, "-", "COUNT", limit});
  return format_command({"EVAL", back_script, "1", log, id, limit});
}

std::string IdScripts::newest_command(const std::string& log, Offset until,
                                      const std::vector<std::string>& fields) const {
  const auto id = format_entry_id(until);
  if (fields.empty() || !allowed())
    return format_command({"XREVRANGE", log, id, "-", "COUNT", "1"});
  std::vector<std::string_view> arguments{"EVAL", newest_script, "1", log, id};
  arguments.insert(arguments.end(), fields.begin(), fields.end());
  return format_command(arguments);
}

std::optional<IdsBack> decode_ids(const redisReply& reply) {
  const auto parts = elements_of(reply);
  if (parts.size() == 3 && is_integer(*parts[0]) && is_integer(*parts[2])) {
    if (parts[0]->integer < 0 || parts[2]->integer < 0) return std::nullopt;
    IdsBack ids{static_cast<std::size_t>(parts[0]->integer), Offset{0},
                static_cast<std::size_t>(parts[2]->integer)};
    if (ids.count == 0) return ids;
    const auto oldest = parse_entry_id(text_of(*parts[1]));
    if (!oldest) return std::nullopt;
    ids.oldest = *oldest;
    return ids;
  }
  EntryBatch batch;
  if (!batch.decode(reply)) return std::nullopt;
  const auto records = batch.records();
  if (records.empty()) return IdsBack{};
  return IdsBack{records.size(), records.back().offset, batch.bytes()};
}

}  // namespace sidestream::redis
