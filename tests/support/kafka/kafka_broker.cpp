#include "tests/support/kafka/kafka_broker.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/support/kafka/kafka_admin.hpp"

namespace sidestream::test {
namespace {

// The first start may download the jars.
constexpr std::chrono::seconds start_limit{300};

}  // namespace

KafkaBroker::KafkaBroker(std::vector<std::string> properties) : properties_(std::move(properties)) {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "sidestream-kafka-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("cannot create a temporary folder");
  folder_ = pattern;
}

KafkaBroker::~KafkaBroker() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void KafkaBroker::spawn() {
  std::vector<std::string> words{SIDESTREAM_KAFKA_START, folder_, "0"};
  words.insert(words.end(), properties_.begin(), properties_.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const auto log = folder_ + "/broker.log";
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;
  // The broker ends with a test that crashes.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

bool KafkaBroker::has_ended() {
  if (pid_ < 0) return true;
  if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

void KafkaBroker::start() {
  if (pid_ > 0) return;
  spawn();
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  while (!std::filesystem::exists(folder_ + "/controller-port") || address().empty()) {
    if (has_ended() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the Kafka broker did not start: " + log_end());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const KafkaAdmin admin(address());
  while (!admin.answers(200)) {
    if (has_ended() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the Kafka broker did not start: " + log_end());
    }
  }
}

void KafkaBroker::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

// Never with pid -1: that means all processes.
void KafkaBroker::freeze() {
  if (pid_ > 0) ::kill(pid_, SIGSTOP);
}
void KafkaBroker::thaw() {
  if (pid_ > 0) ::kill(pid_, SIGCONT);
}

std::string KafkaBroker::address() const { return port("port"); }
std::string KafkaBroker::sasl_address() const { return port("sasl-port"); }

std::string KafkaBroker::tls_address() const { return port("tls-port"); }
std::string KafkaBroker::link_address() const { return port("link-port"); }
std::string KafkaBroker::controller_port() const {
  const auto address = port("controller-port");
  return address.substr(address.rfind(':') + 1);
}

std::string KafkaBroker::port(const char* name) const {
  std::ifstream file(folder_ + "/" + name);
  std::string port;
  std::getline(file, port);
  return port.empty() ? port : "127.0.0.1:" + port;
}

std::string KafkaBroker::log_end() const {
  std::ifstream file(folder_ + "/broker.log");
  std::stringstream text;
  text << file.rdbuf();
  const auto all = text.str();
  return all.size() > 2000 ? all.substr(all.size() - 2000) : all;
}

}  // namespace sidestream::test
