#include "tests/system/faults/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace e2e::faults {
namespace {

constexpr int receive_buffer = 4096;  // small, so that a stalled reader is noticed
constexpr std::size_t whole_read = 1 << 16;
constexpr std::size_t slow_read = 400;
constexpr auto slow_pause = 10ms;

}  // namespace

Client::Client(int index, std::uint64_t seed, const Journal& journal, Context context)
    : index_(index),
      context_(context),
      random_(seed * 1000 + static_cast<std::uint64_t>(index)),
      memory_(journal, context.rights) {}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

void Client::on_time() {
  const auto now = Clock::now();
  if (context_.rights != nullptr) {
    context_.rights->look(always_read_);
    if (phase_ == Phase::body && context_.rights->leaves()) close(false);
  }
  if (now < wake_) return;
  if (phase_ == Phase::away) {
    if (context_.rights == nullptr || !context_.rights->stays_in()) connect();
  } else if (phase_ == Phase::body && pace_ == Pace::slow) {
    wake_ = now + slow_pause;
    read(slow_read);
  }
}

void Client::connect() {
  sidecar_ = random_() % context_.sidecars.size();
  run_ = context_.process_runs.of(sidecar_);
  const auto& address = context_.sidecars[sidecar_];
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) {
    wake_ = Clock::now() + 100ms;
    return memory_.broken(std::string("no socket: ") + strerror(errno));
  }
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  phase_ = Phase::connecting;
  head_.clear();
  decoder_ = {};
  parser_ = {};
  ++connects_;
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) {
    return close(false);
  }
  watch(EPOLLOUT);
}

void Client::close(bool abruptly) {
  if (fd_ < 0) return;
  if (abruptly) {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  context_.loop.forget(fd_);
  ::close(fd_);
  fd_ = -1;
  if (context_.rights != nullptr) context_.rights->left();
  phase_ = Phase::away;
  wake_ = Clock::now() + Milliseconds(random_() % 150);
}

void Client::on_ready(std::uint32_t events) {
  if (fd_ < 0) return;
  if (phase_ == Phase::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error || !(events & EPOLLOUT) ? close(false) : send_request();
  }
  // Not asked for: the connection has ended. The rest of it is read at this client's pace.
  if (pace_ != Pace::usual && phase_ == Phase::body) return watch(EPOLLET);
  read(whole_read);
}

void Client::send_request() {
  Request request{.target = context_.target};
  if (context_.rights != nullptr) {
    request.target = context_.rights->target();
    request.headers = context_.rights->connect(sidecar_);
  }
  if (!memory_.id().empty()) request.headers.emplace_back("Last-Event-ID", memory_.id());
  const auto text = request.text();
  if (send(fd_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
    return close(false);
  }
  memory_.came(sidecar_);
  seen_before_ = memory_.history().sights.size();
  always_read_ = pace_ == Pace::usual;
  phase_ = Phase::head;
  watch(EPOLLIN);
}

void Client::read(std::size_t most) {
  std::array<char, whole_read> bytes;
  const ssize_t n = recv(fd_, bytes.data(), most, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return on_end();
  try {
    take(std::string_view(bytes.data(), static_cast<std::size_t>(n)));
  } catch (const std::exception& error) {
    memory_.broken(error.what());
    close(true);
  }
}

void Client::take(std::string_view bytes) {
  std::string rest, body;
  if (phase_ == Phase::head) {
    head_.append(bytes);
    const auto head = parse_head(head_);
    if (!head) return;
    if (head->status != 200 && context_.rights != nullptr) return refuse(*head);
    if (head->status != 200 ||
        head->header("Content-Type").value_or("").rfind("text/event-stream", 0) != 0) {
      throw WireError("an EventSource would give up: " + head_);
    }
    phase_ = Phase::body;
    rest = head_.substr(head->raw.size());
    bytes = rest;
    if (pace_ != Pace::usual) watch(0);
  }
  decoder_.feed(bytes, body);
  parser_.feed(body, memory_);
  if (!decoder_.finished()) return;
  if (!parser_.between_blocks()) throw WireError("the last chunk cuts a block");
  on_end();
}

void Client::refuse(const Head& head) {
  const std::string why = context_.rights->refused(head, head_.substr(head.raw.size()));
  if (!why.empty()) memory_.broken(why);
  close(false);
}

bool Client::reads(int person, int session) const {
  return context_.rights != nullptr && context_.rights->person() == person &&
         phase_ == Phase::body && always_read_ && context_.rights->reads(session);
}

// Whoever reads keeps an open stream, whatever others do.
void Client::on_end() {
  const bool ended = context_.rights != nullptr && context_.rights->ended();
  const bool open =
      phase_ == Phase::body && memory_.history().sights.size() > seen_before_ && !ended;
  if (open && always_read_ && context_.process_runs.lasts(sidecar_, run_)) {
    memory_.broken("sidecar " + std::to_string(sidecar_) + " ended an open stream");
  }
  close(false);
}

void Client::cut() {
  if (phase_ == Phase::body) read(1 + random_() % 700);
  close(random_() % 2 == 0);
}

int Client::abandon() {
  if (fd_ < 0) return -1;
  context_.loop.forget(fd_);
  phase_ = Phase::away;
  if (context_.rights != nullptr) context_.rights->left();
  wake_ = Clock::now();
  return std::exchange(fd_, -1);
}

void Client::set_pace(Pace pace) {
  pace_ = pace;
  always_read_ = always_read_ && pace == Pace::usual;
  if (phase_ == Phase::body) watch(pace == Pace::usual ? std::uint32_t{EPOLLIN} : 0);
}

}  // namespace e2e::faults
