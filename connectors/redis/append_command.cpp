#include "connectors/redis/append_command.hpp"

#include <string_view>
#include <vector>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"
#include "connectors/redis/error_reply.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {
namespace {

using Words = std::vector<std::string_view>;

// KEYS: the log, the guard. ARGV: content, seconds, and what follows the log in XADD. The content is
// a digest without blanks.
constexpr std::string_view append_once = R"(
local known = redis.call('GET', KEYS[2])
if known then
  local content, id = string.match(known, '^(%S+) (%S+)$')
  if content ~= ARGV[1] then return {'other', id} end
  return {'known', id}
end
local id = redis.call('XADD', KEYS[1], unpack(ARGV, 3))
redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. id, 'EX', ARGV[2])
return {'new', id}
)";

// Everything of XADD behind the log.
void add_entry(const Message& message, const std::string& keep, Words& words) {
  if (message.keep > 0) words.insert(words.end(), {"MAXLEN", "~", keep});
  words.insert(words.end(), {"*", "data", message.value});
  if (!message.event.empty()) words.insert(words.end(), {"event", message.event});
  std::string_view key_field = message.key_field;
  if (key_field.empty()) key_field = "key";
  if (message.key) words.insert(words.end(), {key_field, *message.key});
  for (const auto& [name, value] : message.fields) words.insert(words.end(), {name, value});
}

PublishResult published(std::string_view id, bool is_new) {
  const auto entry = parse_entry_id(id);
  if (!entry) return Errc::unconfirmed;
  return Published{.offset = *entry, .is_new = is_new};
}

}  // namespace

std::string format_append(const std::string& log, const Message& message) {
  const std::string keep = std::to_string(message.keep);
  Words words{"XADD", log};
  if (!message.once) {
    add_entry(message, keep, words);
    return format_command(words);
  }
  const std::string guard = log + ":once:" + message.once->name;
  const std::string seconds = std::to_string(message.once->time.count());
  words = {"EVAL", append_once, "2", log, guard, message.once->content, seconds};
  add_entry(message, keep, words);
  return format_command(words);
}

PublishResult read_append_reply(const redisReply& reply) {
  if (is_error(reply)) {
    const auto error = text_of(reply);
    return PublishError(publish_error(error), std::string(error));
  }
  if (reply.type != REDIS_REPLY_ARRAY) return published(text_of(reply), true);
  if (reply.elements != 2) return Errc::unconfirmed;
  const std::string_view outcome = text_of(*reply.element[0]);
  if (outcome == "other") return Errc::conflict;
  return published(text_of(*reply.element[1]), outcome == "new");
}

}  // namespace sidestream::redis
