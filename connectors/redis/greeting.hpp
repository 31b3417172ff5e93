#pragma once
// The first words on a connection: who we are, and what kind of server that is. Pure.
//
// HELLO does it all: it authenticates, every user may call it, and its answer tells a Redis Cluster
// or a Sentinel (INFO would need a permission that few users have).

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/redis/redis_options.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

// The commands, formatted, in order: HELLO, SELECT (if another database than 0), PING.
std::vector<std::string> greeting(const RedisOptions& options);

// What the answer to one of them says.
struct Greeted {
  std::string refusal;  // one sentence: why this server can't be used (now); empty: all is well
  std::int64_t client_id = 0;  // HELLO's answer
};
Greeted read_hello(const redisReply& reply);
// SELECT and PING. A user who may not PING is fine.
Greeted read_greeting(const redisReply& reply);

// For error answers that end a connection.
std::string explain_error(std::string_view error);

}  // namespace sidestream::redis
