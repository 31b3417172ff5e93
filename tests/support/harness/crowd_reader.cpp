#include "tests/support/harness/crowd_reader.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tests/support/harness/http.hpp"

namespace e2e {
namespace {

constexpr int reading_buffer = 1024 * 1024;
constexpr unsigned seed = 42;

}  // namespace

void CrowdResults::fail(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (failure_.empty()) failure_ = why;
  failed = true;
}

std::string CrowdResults::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

CrowdReader::CrowdReader(int index, Address address, const CrowdOptions& options,
                         CrowdResults& results, SocketLoop& loop)
    : index_(index),
      address_(std::move(address)),
      options_(options),
      results_(results),
      loop_(loop),
      random_(seed + static_cast<unsigned>(index)),
      id_(options.first_id),
      next_(static_cast<std::size_t>(options.lanes), options.begin) {}

CrowdReader::~CrowdReader() {
  if (fd_ >= 0) ::close(fd_);
}

// ---- what it sees ----

void CrowdReader::on_event(const EventView& event) {
  if (event.id) id_.assign(*event.id);
  if (event.retry) retry_ = Milliseconds(*event.retry);
  if (event.name.rfind("stream-", 0) == 0) {
    if (event.name == "stream-gap" || event.name == "stream-reset") {
      ++results_.notices;
      results_.fail("loss announced: " + std::string(event.name) + " " + std::string(event.data));
    }
    if (!std::exchange(opened_, true)) ++results_.open;
    return;
  }
  const auto what = parse_numbered(event.data);
  if (!what || what->lane >= static_cast<int>(next_.size())) {
    return results_.fail("not one of our records: " + std::string(event.data.substr(0, 100)));
  }
  record(*what);
}

void CrowdReader::record(const Numbered& what) {
  auto& expected = next_[static_cast<std::size_t>(what.lane)];
  if (what.number < expected || (what.number > expected && !results_.may_skip)) {
    return results_.fail("reader " + std::to_string(index_) + ", lane " +
                         std::to_string(what.lane) + ": record " + std::to_string(what.number) +
                         " instead of " + std::to_string(expected) + " at id " + id_);
  }
  for (; expected < what.number; ++expected) ++results_.skipped[{what.lane, expected}];
  ++expected;
  ++seen_;
  results_.records.fetch_add(1, std::memory_order_relaxed);
}

// ---- its connection ----

void CrowdReader::tend(Clock::time_point now) {
  if (now < wake_) return;
  if (phase_ == Phase::away) {
    connect();
  } else if (options_.mean_stay > 0s && phase_ == Phase::body) {
    close(pause());
  }
}

Clock::duration CrowdReader::stay() {
  const double mean = std::chrono::duration<double>(options_.mean_stay).count();
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
      std::exponential_distribution<>(1 / std::max(mean, 0.001))(random_)));
}

Clock::duration CrowdReader::pause() {
  if (options_.heeds_retry) return retry_;
  return options_.longest_pause * (random_() % 1000) / 1000;
}

void CrowdReader::connect() {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address_.port);
  inet_pton(AF_INET, address_.host.c_str(), &to.sin_addr);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) throw WireError(std::string("no socket: ") + strerror(errno));
  if (options_.receive_buffer > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options_.receive_buffer,
               sizeof options_.receive_buffer);
  }
  phase_ = Phase::connecting;
  wake_ = Clock::now() + stay();
  head_.clear();
  decoder_ = {};
  parser_ = {};
  ++results_.connects;
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) {
    return close(50ms);
  }
  wait_for(EPOLLOUT);
}

void CrowdReader::close(Clock::duration pause) {
  if (fd_ >= 0) {
    loop_.forget(fd_);
    ::close(fd_);
  }
  fd_ = -1;
  phase_ = Phase::away;
  wake_ = Clock::now() + pause;
}

void CrowdReader::on_ready(std::uint32_t events) {
  if (fd_ < 0) return;
  if (phase_ != Phase::connecting) return receive();
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error || !(events & EPOLLOUT)) {
    ++results_.refusals;
    return close(options_.heeds_retry ? retry_ : 50ms);
  }
  send_request();
}

void CrowdReader::send_request() {
  Request request{.target = options_.target};
  if (!id_.empty()) request.headers = {{"Last-Event-ID", id_}};
  const auto text = request.text();
  if (send(fd_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
    return close(50ms);
  }
  phase_ = Phase::head;
  wait_for(EPOLLIN);
}

void CrowdReader::receive() {
  thread_local std::string scratch(1 << 18, '\0');
  const ssize_t n = recv(fd_, scratch.data(), scratch.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // Any end: what was cut in the middle of a block comes again.
  if (n <= 0) {
    ++(phase_ == Phase::body ? results_.cuts : results_.refusals);
    return close(pause());
  }
  const std::string_view bytes(scratch.data(), static_cast<std::size_t>(n));
  if (phase_ == Phase::body) return take_body(bytes);
  head_.append(bytes);
  take_head();
}

void CrowdReader::take_head() {
  const auto head = parse_head(head_);
  if (!head) return;
  if (head->status != 200 ||
      head->header("Content-Type").value_or("").rfind("text/event-stream", 0) != 0) {
    return results_.fail("a browser does not reconnect after this response: " + head_);
  }
  phase_ = Phase::body;
  results_.accepted.push_back(Clock::now());
  const auto rest = head_.substr(head->raw.size());
  take_body(rest);
}

void CrowdReader::take_body(std::string_view bytes) {
  body_.clear();
  decoder_.feed(bytes, body_);
  parser_.feed(body_, *this);
  if (!decoder_.finished()) return;
  if (!parser_.between_blocks()) results_.fail("the last chunk cuts a block");
  close(pause());
}

// ---- commands ----

void CrowdReader::move(Address address) {
  address_ = std::move(address);
  drop();
}

void CrowdReader::stall() {
  stalled_ = true;
  if (fd_ >= 0) wait_for(0);
}

void CrowdReader::read_again() {
  stalled_ = false;
  if (fd_ < 0) return;
  // A window below the loopback's segment size is opened only by the server's probes, five a
  // second.
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &reading_buffer, sizeof reading_buffer);
  wait_for(EPOLLIN);
}

}  // namespace e2e
