#include "tests/support/harness/redis.hpp"

#include <stdexcept>

#include "tests/support/redis/redis_program.hpp"

namespace e2e {
namespace {

void append(redisContext* context, const std::vector<std::string>& words) {
  std::vector<const char*> pointers;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    pointers.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(context, static_cast<int>(words.size()), pointers.data(), sizes.data());
}

bool answers(const Address& address) {
  try {
    return RedisClient(address).command({"PING"}) == "PONG";
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

RedisClient::RedisClient(const Address& address) {
  context_.reset(redisConnectWithTimeout(address.host.c_str(), address.port, timeval{5, 0}));
  if (!context_ || context_->err) throw std::runtime_error("no redis-server at " + address.text());
  redisSetTimeout(context_.get(), timeval{30, 0});
}

std::optional<std::string> RedisClient::reply() {
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK) throw std::runtime_error(context_->errstr);
  const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(static_cast<redisReply*>(raw),
                                                                      freeReplyObject);
  switch (reply->type) {
    case REDIS_REPLY_NIL:
      return std::nullopt;
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply->integer);
    case REDIS_REPLY_ERROR:
      throw std::runtime_error(std::string(reply->str, reply->len));
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_STRING:
      return std::string(reply->str, reply->len);
    default:
      return "(" + std::to_string(reply->elements) + " elements)";
  }
}

std::optional<std::string> RedisClient::command(const std::vector<std::string>& words) {
  append(context_.get(), words);
  return reply();
}

std::vector<std::string> RedisClient::pipeline(
    const std::vector<std::vector<std::string>>& commands) {
  std::vector<std::string> replies;
  constexpr std::size_t batch = 1000;
  for (std::size_t next = 0; next < commands.size(); next += batch) {
    const auto end = std::min(commands.size(), next + batch);
    for (auto i = next; i < end; ++i) append(context_.get(), commands[i]);
    for (auto i = next; i < end; ++i) replies.push_back(reply().value_or(""));
  }
  return replies;
}

RedisServer::RedisServer() : address_{"127.0.0.1", free_port()} { start(); }

void RedisServer::stop() { process_->kill(); }

void RedisServer::start(const std::vector<std::string>& more) {
  std::vector<std::string> command{
      sidestream::test::redis_program(), "--bind", address_.host, "--port",
      std::to_string(address_.port), "--dir", folder_.path().string(), "--save", "", "--appendonly",
      "yes",
      // The kernel keeps what a killed process wrote. With `everysec` a write may wait for a sync
      // in progress, and what was acknowledged meanwhile would be gone.
      "--appendfsync", "no", "--daemonize", "no"};
  command.insert(command.end(), more.begin(), more.end());
  process_ = std::make_unique<Process>(command);
  if (!eventually([this] { return answers(address_); }, 60s * patience)) {
    throw std::runtime_error("redis-server does not come up: " + process_->output());
  }
}

void RedisServer::forget_data() {
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    std::filesystem::remove_all(entry.path());
  }
}

RedisServer& shared_redis() {
  static RedisServer server;
  return server;
}

}  // namespace e2e
