#include "tests/support/redis/redis_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "connectors/redis/command.hpp"
#include "connectors/redis/entry_id.hpp"

namespace sidestream::test {

RedisClient::RedisClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("no server on port " + std::to_string(port));
  }
}

RedisClient::~RedisClient() { ::close(socket_); }

redis::Reply RedisClient::call(std::initializer_list<std::string_view> words) {
  write(redis::format_command(words));
  return read();
}

redis::Reply RedisClient::call(const std::vector<std::string>& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  write(redis::format_command(views));
  return read();
}

std::vector<redis::Reply> RedisClient::pipeline(const std::vector<std::string>& commands) {
  std::string all;
  for (const auto& command : commands) all += command;
  write(all);
  std::vector<redis::Reply> replies;
  while (replies.size() < commands.size()) replies.push_back(read());
  return replies;
}

Offset RedisClient::add(std::string_view stream, std::string_view value, std::string_view id) {
  const auto reply = call({"XADD", stream, id, "data", value});
  return redis::parse_entry_id(redis::text_of(*reply)).value();
}

std::string RedisClient::info(std::string_view section, std::string_view field) {
  const auto reply = call({"INFO", section});
  const auto text = redis::text_of(*reply);
  const auto start = text.find(std::string(field) + ":");
  if (start == std::string_view::npos) throw std::runtime_error("INFO lacks " + std::string(field));
  const auto value = text.substr(start + field.size() + 1);
  return std::string(value.substr(0, value.find('\r')));
}

void RedisClient::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) throw std::runtime_error("connection to Redis closed");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

redis::Reply RedisClient::read() {
  std::array<char, 16384> buffer;
  while (true) {
    if (auto reply = reader_.next()) {
      if (redis::is_error(*reply)) throw std::runtime_error(std::string(redis::text_of(*reply)));
      return reply;
    }
    const auto n = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (n <= 0) throw std::runtime_error("connection to Redis closed");
    reader_.feed({buffer.data(), static_cast<std::size_t>(n)});
  }
}

}  // namespace sidestream::test
