#pragma once
// A blocking client for tests that act as producers and operators. Plain TCP to loopback.
//
// Errors: std::runtime_error, with the text of an error reply or when the connection ends.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/record.hpp"
#include "connectors/redis/reply.hpp"

namespace sidestream::test {

class RedisClient {
 public:
  explicit RedisClient(std::uint16_t port);
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;
  ~RedisClient();

  redis::Reply call(std::initializer_list<std::string_view> words);
  redis::Reply call(const std::vector<std::string>& words);
  // Sends formatted commands in one write. Returns all replies.
  std::vector<redis::Reply> pipeline(const std::vector<std::string>& commands);

  // XADD <stream> <id> data <value>.
  Offset add(std::string_view stream, std::string_view value, std::string_view id = "*");
  // A field of INFO.
  std::string info(std::string_view section, std::string_view field);

 private:
  void write(std::string_view bytes);
  redis::Reply read();

  int socket_;
  redis::ReplyReader reader_;
};

}  // namespace sidestream::test
