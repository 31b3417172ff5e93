#include "connectors/redis/greeting.hpp"

#include "connectors/redis/command.hpp"
#include "connectors/redis/error_reply.hpp"

namespace sidestream::redis {
namespace {

constexpr std::string_view cluster_text =
    "the server is a Redis Cluster node, which is not supported; use a Redis without cluster mode";
constexpr std::string_view sentinel_text =
    "the server is a Sentinel, which holds no streams; use the address of the Redis that it "
    "monitors";

std::string mode_refusal(std::string_view mode) {
  if (mode == "cluster") return std::string(cluster_text);
  if (mode == "sentinel") return std::string(sentinel_text);
  return {};
}

}  // namespace

std::vector<std::string> greeting_commands(const Credentials& credentials, int database) {
  std::vector<std::string_view> hello{"HELLO", "2"};
  if (!credentials.password.empty() || !credentials.username.empty()) {
    std::string_view user = "default";
    if (!credentials.username.empty()) user = credentials.username;
    hello.insert(hello.end(), {"AUTH", user, credentials.password});
  }
  hello.insert(hello.end(), {"SETNAME", "sidestream"});
  std::vector<std::string> commands{format_command(hello)};
  if (database != 0) {
    commands.push_back(format_command({"SELECT", std::to_string(database)}));
  }
  commands.push_back(format_command({"PING"}));
  return commands;
}

GreetingResult read_hello(const redisReply& reply) {
  GreetingResult result;
  if (is_error(reply)) {
    const auto error = text_of(reply);
    const bool unknown = error.find("unknown command") != std::string_view::npos;
    result.refusal = unknown ? "the server does not support HELLO; Redis 7 or newer is required"
                             : explain_error(error);
    return result;
  }
  const auto fields = elements_of(reply);
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto name = text_of(*fields[i]);
    if (name == "id") result.client_id = fields[i + 1]->integer;
    if (name == "mode") result.refusal = mode_refusal(text_of(*fields[i + 1]));
  }
  return result;
}

GreetingResult read_greeting(const redisReply& reply) {
  GreetingResult result;
  const auto error = is_error(reply) ? text_of(reply) : std::string_view();
  const bool only_ping = error.starts_with("NOPERM") && error.find("'ping'") != error.npos;
  if (!error.empty() && !only_ping) {
    result.refusal = explain_error(error);
  }
  return result;
}

std::string explain_error(std::string_view error) {
  switch (classify(error)) {
    case ErrorKind::unsuitable:
      return std::string(cluster_text);
    case ErrorKind::credentials:
      return "authentication failed: " + std::string(error);
    case ErrorKind::temporary:
      return "not ready: " + std::string(error);
    case ErrorKind::refused:
      break;
  }
  return "refused: " + std::string(error);
}

}  // namespace sidestream::redis
