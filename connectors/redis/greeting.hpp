#pragma once
// The first words on a connection: who we are, and what kind of server that is. Pure.
//
// HELLO does it all: it authenticates, every user may call it, and its answer tells a Redis Cluster
// or a Sentinel (INFO would need a permission that few users have).

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

// Who we are to the server; may change while links are up. Thread: any.
class Login {
 public:
  struct Words {
    std::string username;
    std::string password;
  };
  explicit Login(Words words) : words_(std::move(words)) {}
  Words get() const {
    const std::lock_guard lock(mutex_);
    return words_;
  }
  void set(Words words) {
    const std::lock_guard lock(mutex_);
    words_ = std::move(words);
  }

 private:
  mutable std::mutex mutex_;
  Words words_;
};

// The commands, formatted, in order: HELLO, SELECT (if another database than 0), PING.
std::vector<std::string> greeting(const Login::Words& login, int database);

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
