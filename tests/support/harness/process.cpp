#include "tests/support/harness/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace e2e {
namespace {

// A number of /proc/PID/status, e.g. "VmRSS:".
std::int64_t status_field(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name, 0) == 0) return std::stoll(line.substr(name.size()));
  }
  return -1;
}

std::vector<std::string> child_environment(const Process::Environment& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry) result.emplace_back(*entry);
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Process::Process(std::vector<std::string> command, const Environment& environment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  auto variables = child_environment(environment);
  const auto arguments = pointers(command);
  const auto envp = pointers(variables);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    execve(arguments[0], arguments.data(), envp.data());
    dprintf(2, "cannot run %s: %s\n", arguments[0], strerror(errno));
    _exit(127);
  }
  close(ends[1]);
  if (pid_ < 0) throw std::runtime_error("no process");
  collector_ = std::thread([this, fd = ends[0]] { collect(fd); });
}

Process::~Process() {
  kill();
  collector_.join();
}

void Process::collect(int fd) {
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) {
    const std::lock_guard lock(mutex_);
    rest_.append(buffer, static_cast<std::size_t>(n));
    for (std::size_t end; (end = rest_.find('\n')) != std::string::npos;) {
      lines_.push_back(rest_.substr(0, end));
      rest_.erase(0, end + 1);
    }
    grown_.notify_all();
  }
  close(fd);
  const std::lock_guard lock(mutex_);
  closed_ = true;
  grown_.notify_all();
}

void Process::signal(int number) {
  if (!status_) ::kill(pid_, number);
}

void Process::kill() {
  signal(SIGKILL);
  exit_status(30s);
}

std::optional<int> Process::exit_status(Clock::duration within) {
  eventually(
      [this] {
        int raw = 0;
        if (!status_ && waitpid(pid_, &raw, WNOHANG) == pid_) {
          status_ = WIFSIGNALED(raw) ? -WTERMSIG(raw) : WEXITSTATUS(raw);
        }
        return status_.has_value();
      },
      within, 1ms);
  return status_;
}

std::string Process::output() const {
  const std::lock_guard lock(mutex_);
  std::string all;
  for (const auto& line : lines_) all += line + "\n";
  return all + rest_;
}

std::optional<std::string> Process::line(const std::function<bool(const std::string&)>& wanted,
                                         Clock::duration within) {
  const auto until = Clock::now() + within;
  std::unique_lock lock(mutex_);
  for (std::size_t next = 0;;) {
    for (; next < lines_.size(); ++next) {
      if (wanted(lines_[next])) return lines_[next];
    }
    if (closed_) return std::nullopt;
    if (grown_.wait_until(lock, until) == std::cv_status::timeout && next == lines_.size()) {
      return std::nullopt;
    }
  }
}

std::int64_t Process::resident_bytes() const { return status_field(pid_, "VmRSS:") * 1024; }
std::int64_t Process::peak_bytes() const { return status_field(pid_, "VmHWM:") * 1024; }
void Process::reset_peak() {
  std::ofstream("/proc/" + std::to_string(pid_) + "/clear_refs") << "5";
}
int Process::threads() const { return static_cast<int>(status_field(pid_, "Threads:")); }

int Process::descriptors(int end) const {
  int count = 0;
  if (DIR* folder = opendir(("/proc/" + std::to_string(pid_) + "/fd").c_str())) {
    while (const dirent* entry = readdir(folder)) {
      count += entry->d_name[0] != '.' && std::atoi(entry->d_name) < end;
    }
    closedir(folder);
  }
  return count;
}

double Process::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Finished run(std::vector<std::string> command, Clock::duration within) {
  Process process(std::move(command));
  const auto status = process.exit_status(within);
  if (!status) throw std::runtime_error("it does not end; it said:\n" + process.output());
  // The pipe closes with the process, a moment before or after its status is known.
  process.line([](const std::string&) { return false; }, 5s);
  return {*status, process.output()};
}

}  // namespace e2e
