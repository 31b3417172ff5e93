#pragma once
// The first commands on a connection: authentication, database, kind of server. Pure.
//
// HELLO does most of it: it authenticates, every user may call it, and its reply identifies a Redis
// Cluster or a Sentinel. (INFO would need a permission that few users have.)

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connectors/redis/reply.hpp"

namespace sidestream::redis {

struct Credentials {
  std::string username;  // empty with a password: "default"
  std::string password;  // empty with an empty user name: no authentication
};

// Credentials that may change while links are up. Thread: any.
class CredentialStore {
 public:
  explicit CredentialStore(Credentials credentials) : credentials_(std::move(credentials)) {}
  Credentials get() const {
    const std::lock_guard lock(mutex_);
    return credentials_;
  }
  void set(Credentials credentials) {
    const std::lock_guard lock(mutex_);
    credentials_ = std::move(credentials);
  }

 private:
  mutable std::mutex mutex_;
  Credentials credentials_;
};

// The formatted commands, in order: HELLO, SELECT (unless the database is 0), PING.
std::vector<std::string> greeting_commands(const Credentials& credentials, int database);

// The result of one of their replies.
struct GreetingResult {
  std::string refusal;         // one sentence: why this server can't be used; empty: it can
  std::int64_t client_id = 0;  // from HELLO
};
GreetingResult read_hello(const redisReply& reply);
// The reply to SELECT or PING. A user without permission for PING is accepted.
GreetingResult read_greeting(const redisReply& reply);

// One sentence for an error reply that ends a connection.
std::string explain_error(std::string_view error);

}  // namespace sidestream::redis
