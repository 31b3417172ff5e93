#include "tests/support/redis/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>

#include "tests/support/redis/redis_program.hpp"

namespace sidestream::test {
namespace {

constexpr std::chrono::seconds start_limit{30};

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

std::filesystem::path make_folder() {
  auto name = (std::filesystem::temp_directory_path() / "sidestream-redis-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  return name;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)), folder_(make_folder()), port_(free_port()) {}

RedisServer::~RedisServer() {
  end(SIGKILL);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

bool RedisServer::is_installed() { return !redis_program().empty(); }

void RedisServer::start() {
  // Another process may have taken the port meanwhile. The first port that works is kept.
  for (int tries = 0; !try_start(); ++tries) {
    if (port_kept_ || tries == 5) {
      throw std::runtime_error("redis-server did not start on port " + std::to_string(port_));
    }
    port_ = free_port();
  }
  port_kept_ = true;
}

bool RedisServer::try_start() {
  spawn();
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  while (!answers()) {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      return false;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("redis-server does not answer");
    }
    ::poll(nullptr, 0, 5);
  }
  // If our process has exited, another server answered.
  if (::waitpid(process_, nullptr, WNOHANG) != process_) return true;
  process_ = -1;
  return false;
}

void RedisServer::spawn() {
  std::vector<std::string> words{redis_program(),
                                 "--port",
                                 std::to_string(port_),
                                 "--bind",
                                 "127.0.0.1",
                                 "--dir",
                                 folder_,
                                 "--save",
                                 "",
                                 "--appendonly",
                                 "yes",
                                 "--appendfsync",
                                 "no",
                                 "--logfile",
                                 "redis.log",
                                 "--daemonize",
                                 "no"};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  process_ = ::fork();
  if (process_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

bool RedisServer::answers() const {
  try {
    RedisClient client(port_);
    client.call({"PING"});
    return true;
  } catch (const std::runtime_error& error) {
    // A server that requires a password has answered.
    return std::string_view(error.what()).starts_with("NOAUTH");
  }
}

void RedisServer::stop() { end(SIGTERM); }
void RedisServer::kill() { end(SIGKILL); }
void RedisServer::freeze() { ::kill(process_, SIGSTOP); }
void RedisServer::thaw() { ::kill(process_, SIGCONT); }

void RedisServer::end(int signal) {
  if (process_ <= 0) return;
  ::kill(process_, SIGCONT);
  ::kill(process_, signal);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

void RedisServer::forget_data() {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().filename() == "appendonlydir") std::filesystem::remove_all(entry);
  }
}

}  // namespace sidestream::test
