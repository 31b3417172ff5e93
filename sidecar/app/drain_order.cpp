#include "sidecar/app/drain_order.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

#include "sidecar/app/drain_name.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* socket_table = "/proc/net/unix";
constexpr auto answer_time = 5s;
constexpr auto connect_again_after = 20ms;

enum class Answer {
  none,      // nobody listens any more
  busy,      // the socket takes no further connection now
  stranger,  // a process of another user, or one in another container
  silent,    // no acknowledgement in time
  has_begun,
};

// The program of a process. Unreadable without the right to trace it, as for root in a container.
std::string program_of(const std::string& process) {
  std::error_code error;
  std::string path = std::filesystem::read_symlink("/proc/" + process + "/exe", error).string();
  constexpr std::string_view replaced = " (deleted)";  // by an upgrade
  if (path.ends_with(replaced)) path.resize(path.size() - replaced.size());
  return path;
}

std::string command_of(const std::string& process) {
  std::ifstream in("/proc/" + process + "/comm");
  std::string name;
  std::getline(in, name);
  return name;
}

bool is_same_program(pid_t process) {
  const std::string path = program_of(std::to_string(process));
  if (!path.empty()) return path == program_of("self");
  const std::string command = command_of(std::to_string(process));
  return !command.empty() && command == command_of("self");
}

// Pid 0: the process is in another PID namespace.
bool is_ours(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.pid == 0) return false;
  return who.uid == ::geteuid() || (::geteuid() == 0 && is_same_program(who.pid));
}

Answer order(int socket, const std::string& name, Clock::time_point until) {
  const AbstractAddress address(name);
  if (::connect(socket, address.get(), address.size) != 0)
    return errno == EAGAIN ? Answer::busy : Answer::none;
  if (!is_ours(socket)) return Answer::stranger;
  if (::send(socket, "d", 1, MSG_NOSIGNAL) != 1) return Answer::none;
  pollfd wait{socket, POLLIN, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  static_cast<void>(::poll(&wait, 1, static_cast<int>(std::max(left, 0ms).count())));
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_DONTWAIT) == 1 ? Answer::has_begun : Answer::silent;
}

Answer order(const std::string& name, Clock::time_point until) {
  const int socket = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return Answer::none;
  const Answer answer = order(socket, name, until);
  ::close(socket);
  return answer;
}

std::string explain(Answer best, const std::string& config) {
  switch (best) {
    case Answer::has_begun:
      return {};
    case Answer::silent:
    case Answer::busy:
      return "the process with the configuration " + config +
             " did not acknowledge the drain within 5s";
    case Answer::stranger:
      return "the process with the configuration " + config +
             " belongs to another user or container; run --drain there, or as root";
    case Answer::none:
      break;
  }
  return "no running process uses the configuration " + config;
}

}  // namespace

std::string order_drain(const std::string& config) {
  std::ifstream in(socket_table);
  std::ostringstream table;
  table << in.rdbuf();
  if (!in) return std::string("cannot read ") + socket_table;
  auto names = find_drain_names(table.str(), drain_name_prefix(config));
  const auto until = Clock::now() + answer_time;
  Answer best = Answer::none;
  while (!names.empty()) {
    std::erase_if(names, [&](const std::string& name) {
      const Answer answer = order(name, until);
      best = std::max(best, answer);
      return answer != Answer::busy;
    });
    if (Clock::now() >= until) break;
    if (!names.empty()) std::this_thread::sleep_for(connect_again_after);
  }
  return explain(best, config);
}

}  // namespace sidestream
