#include "tests/perf/bench/load/crowd.hpp"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace bench {
namespace {

// Below the backlog of every server, so that no connect waits for a retransmission.
constexpr std::uint32_t connecting_max = 200;
constexpr std::size_t read_size = 256 * 1024;
constexpr std::uint32_t any = UINT32_MAX;  // the first event of a publisher may have any number
// Loopback has 2^24 addresses; each has 28,000 ports of its own for one server.
constexpr std::uint32_t sources = 8;

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + strerror(errno));
}

std::shared_ptr<SSL_CTX> tls_with(const std::string& cipher) {
  if (cipher.empty()) return nullptr;
  std::shared_ptr<SSL_CTX> tls(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(tls.get(), TLS1_3_VERSION);
  SSL_CTX_set_mode(tls.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_clear_mode(tls.get(), SSL_MODE_AUTO_RETRY);
  if (SSL_CTX_set_ciphersuites(tls.get(), cipher.c_str()) != 1)
    throw std::runtime_error("not a cipher of TLS 1.3: " + cipher);
  return tls;
}

}  // namespace

Crowd::Crowd(const CrowdOptions& options)
    : options_(options),
      tls_(tls_with(options.tls_cipher)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      subscribers_(options.subscribers),
      buffer_(stamp_size + read_size) {
  begin(publishers_max);
}

std::string Crowd::request_of(std::uint32_t index) const {
  std::string request = "GET " + options_.path;
  if (!options_.own.empty()) request += "?" + options_.own + "=user-" + std::to_string(index);
  request += " HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n";
  if (!options_.last_event_id.empty())
    request += "Last-Event-ID: " + options_.last_event_id + "\r\n";
  if (!options_.tokens.empty())
    request += "Authorization: Bearer " + options_.tokens[index] + "\r\n";
  return request + "\r\n";
}

Crowd::~Crowd() {
  const linger reset{1, 0};
  for (const Subscriber& s : subscribers_) {
    if (s.fd < 0) continue;
    setsockopt(s.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(s.fd);
  }
  close(epoll_);
}

void Crowd::begin(std::uint32_t publishers) {
  publishers_ = publishers;
  next_.assign(std::size_t{publishers} * subscribers_.size(), any);
  for (Subscriber& s : subscribers_) s.events = 0;
  figures_ = {};
}

std::pair<std::uint32_t, std::uint32_t> Crowd::spread() const {
  const auto [least, most] =
      std::minmax_element(subscribers_.begin(), subscribers_.end(),
                          [](const auto& a, const auto& b) { return a.events < b.events; });
  return {least->events, most->events};
}

bool Crowd::turn(int timeout_ms) {
  connect_some();
  std::array<epoll_event, 512> events;
  const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  bool others = false;
  for (int i = 0; i < n; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u32 == other) {
      others = true;
    } else {
      ready(event.data.u32, event.events);
    }
  }
  return others;
}

void Crowd::connect_some() {
  while (begun_ < options_.subscribers && begun_ - connected_ - lost_ < connecting_max)
    connect_one(begun_++);
}

void Crowd::connect_one(std::uint32_t index) {
  Subscriber& s = subscribers_[index];
  s.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (s.fd < 0) fail("socket");
  const int on = 1;
  setsockopt(s.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + index % sources);
  if (bind(s.fd, reinterpret_cast<sockaddr*>(&source), sizeof source) != 0) fail("bind");
  const auto* address = reinterpret_cast<const sockaddr*>(&options_.server);
  if (connect(s.fd, address, sizeof options_.server) != 0 && errno != EINPROGRESS) fail("connect");
  epoll_event event{EPOLLOUT, {.u32 = index}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, s.fd, &event);
}

void Crowd::ready(std::uint32_t index, std::uint32_t events) {
  Subscriber& s = subscribers_[index];
  if (s.state == State::shaking_hands) return shake_hands(index);
  if (s.state != State::connecting) return receive(index);
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(s.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0 || (events & EPOLLOUT) == 0) return give_up(index);
  if (!tls_) return ask(index);
  s.ssl.reset(SSL_new(tls_.get()));
  SSL_set_fd(s.ssl.get(), s.fd);
  s.state = State::shaking_hands;
  shake_hands(index);
}

void Crowd::shake_hands(std::uint32_t index) {
  Subscriber& s = subscribers_[index];
  const int done = SSL_connect(s.ssl.get());
  if (done == 1) return ask(index);
  if (SSL_get_error(s.ssl.get(), done) != SSL_ERROR_WANT_READ) return give_up(index);
  await(index, EPOLLIN);
}

void Crowd::ask(std::uint32_t index) {
  Subscriber& s = subscribers_[index];
  const std::string request = request_of(index);
  if (write(s, request) != static_cast<long>(request.size())) return give_up(index);
  s.state = State::asked;
  await(index, EPOLLIN);
}

void Crowd::await(std::uint32_t index, std::uint32_t events) {
  epoll_event event{events, {.u32 = index}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, subscribers_[index].fd, &event);
}

long Crowd::write(Subscriber& s, const std::string& bytes) {
  if (s.ssl) return SSL_write(s.ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
  return send(s.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// As recv(): 0 at the end, -1 and EAGAIN when nothing is there.
long Crowd::read_some(Subscriber& s, char* into, std::size_t size) {
  if (!s.ssl) return recv(s.fd, into, size, 0);
  const int n = SSL_read(s.ssl.get(), into, static_cast<int>(size));
  if (n > 0) return n;
  if (SSL_get_error(s.ssl.get(), n) != SSL_ERROR_WANT_READ) return 0;
  errno = EAGAIN;
  return -1;
}

void Crowd::receive(std::uint32_t index) {
  Subscriber& s = subscribers_[index];
  char* const at = buffer_.data() + stamp_size;
  const long n = read_some(s, at, read_size);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return give_up(index);
  figures_.bytes += static_cast<std::uint64_t>(n);
  ++figures_.reads;
  if (s.state == State::asked && !take_head(s, at, static_cast<std::size_t>(n)))
    return give_up(index);
  const char* const begin = at - s.kept;
  memcpy(at - s.kept, s.keep, s.kept);
  s.kept = 0;
  scan(index, begin, at + n);
  if (index == 0) note_id(begin, at + n);
}

bool Crowd::take_head(Subscriber& subscriber, const char* bytes, std::size_t size) {
  const std::string_view head(bytes, size);
  if (head.substr(0, 12) != "HTTP/1.1 200") return false;
  subscriber.state = State::streaming;
  ++connected_;
  return true;
}

void Crowd::scan(std::uint32_t index, const char* begin, const char* end) {
  const std::int64_t now = now_ns();
  while (begin < end) {
    const auto* mark =
        static_cast<const char*>(memchr(begin, stamp_mark, static_cast<std::size_t>(end - begin)));
    if (!mark) return;
    const auto left = static_cast<std::size_t>(end - mark);
    if (left < stamp_size) {
      Subscriber& s = subscribers_[index];
      memcpy(s.keep, mark, left);
      s.kept = static_cast<std::uint8_t>(left);
      return;
    }
    take(index, read_stamp(mark), now);
    begin = mark + stamp_size;
  }
}

void Crowd::take(std::uint32_t index, const Stamp& stamp, std::int64_t now) {
  ++subscribers_[index].events;
  if (figures_.events++ == 0) figures_.first_ns = now;
  figures_.last_ns = now;
  figures_.latency.add(now - stamp.time_ns);
  if (stamp.publisher >= publishers_) {
    ++figures_.wrong;
    return;
  }
  std::uint32_t& next = next_[std::size_t{index} * publishers_ + stamp.publisher];
  if (next != any && next != stamp.sequence) ++figures_.wrong;
  next = stamp.sequence + (options_.own.empty() ? 1 : options_.subscribers / publishers_);
}

void Crowd::note_id(const char* begin, const char* end) {
  const std::string_view bytes(begin, static_cast<std::size_t>(end - begin));
  const auto line = bytes.rfind("\nid: ");
  if (line == bytes.npos && bytes.substr(0, 4) != "id: ") return;
  const auto from = line == bytes.npos ? 4 : line + 5;
  last_id_ = bytes.substr(from, bytes.find('\n', from) - from);
}

void Crowd::give_up(std::uint32_t index) {
  Subscriber& s = subscribers_[index];
  if (s.state == State::streaming) --connected_;
  s.state = State::gone;
  s.ssl.reset();
  close(s.fd);
  s.fd = -1;
  ++lost_;
}

}  // namespace bench
