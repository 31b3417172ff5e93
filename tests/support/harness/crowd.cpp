#include "tests/support/harness/crowd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>

#include "tests/support/harness/http.hpp"
#include "tests/support/harness/source.hpp"

namespace e2e {
namespace {

constexpr int reading_buffer = 1024 * 1024;

}  // namespace

struct Crowd::Reader {
  enum class Phase { away, connecting, head, body };

  Crowd* crowd = nullptr;
  int index = 0;
  Address address;
  int fd = -1;
  Phase phase = Phase::away;
  bool stalled = false;
  bool opened = false;
  Clock::time_point wake;  // away: when to come back; else: when to drop
  Clock::duration retry = 1s;
  std::string head;
  ChunkDecoder decoder;
  SseParser parser;
  std::string id;
  std::vector<std::int64_t> next;
  std::int64_t seen = 0;

  void on_heartbeat() {}
  void on_event(const EventView& event);
  void record(const Numbered& what);
};

void Crowd::Reader::on_event(const EventView& event) {
  if (event.id) id.assign(*event.id);
  if (event.retry) retry = Milliseconds(*event.retry);
  if (event.name.rfind("stream-", 0) == 0) {
    if (event.name == "stream-gap" || event.name == "stream-reset") {
      ++crowd->notices_;
      crowd->fail("a notice of loss: " + std::string(event.name) + " " + std::string(event.data));
    }
    if (!opened) ++crowd->open_;
    opened = true;
    return;
  }
  const auto what = parse_numbered(event.data);
  if (!what || what->lane >= static_cast<int>(next.size())) {
    return crowd->fail("not one of our records: " + std::string(event.data.substr(0, 100)));
  }
  record(*what);
}

void Crowd::Reader::record(const Numbered& what) {
  auto& expected = next[static_cast<std::size_t>(what.lane)];
  if (what.number < expected || (what.number > expected && !crowd->may_skip_)) {
    return crowd->fail("reader " + std::to_string(index) + ", lane " + std::to_string(what.lane) +
                       ": record " + std::to_string(what.number) + " instead of " +
                       std::to_string(expected) + " at id " + id);
  }
  for (; expected < what.number; ++expected) ++crowd->skipped_[{what.lane, expected}];
  ++expected;
  ++seen;
  crowd->records_.fetch_add(1, std::memory_order_relaxed);
}

Crowd::Crowd(Address address, Options options) : options_(std::move(options)) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < options_.readers; ++i) {
    auto reader = std::make_unique<Reader>();
    reader->crowd = this;
    reader->index = i;
    reader->address = address;
    reader->id = options_.first_id;
    reader->next.resize(static_cast<std::size_t>(options_.lanes), options_.begin);
    readers_.push_back(std::move(reader));
  }
  thread_ = std::thread([this] { run(); });
}

Crowd::~Crowd() {
  stop();
  for (auto& reader : readers_) {
    if (reader->fd >= 0) ::close(reader->fd);
  }
  ::close(epoll_);
}

void Crowd::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Crowd::fail(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (failure_.empty()) failure_ = why;
  failed_ = true;
}

std::string Crowd::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Crowd::run() {
  try {
    while (!stop_ && !failed_) turn();
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void Crowd::turn() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (auto& command : commands) command();
  std::array<epoll_event, 64> events;
  const int n = epoll_wait(epoll_, events.data(), events.size(), 5);
  for (int i = 0; i < n; ++i) {
    on_ready(*static_cast<Reader*>(events[static_cast<std::size_t>(i)].data.ptr),
             events[static_cast<std::size_t>(i)].events);
  }
  tidy();
}

// Comings and goings by time, and the sum over all readers.
void Crowd::tidy() {
  const auto now = Clock::now();
  std::int64_t slowest = INT64_MAX;
  for (auto& reader : readers_) {
    if (reader->phase == Reader::Phase::away) {
      if (now >= reader->wake) connect(*reader);
    } else if (options_.mean_stay > 0s && reader->phase == Reader::Phase::body &&
               now >= reader->wake) {
      close(*reader, pause(*reader));
    }
    if (!reader->stalled) slowest = std::min(slowest, reader->seen);
  }
  slowest_ = slowest;
}

Clock::duration Crowd::stay() {
  const double mean = std::chrono::duration<double>(options_.mean_stay).count();
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
      std::exponential_distribution<>(1 / std::max(mean, 0.001))(random_)));
}

Clock::duration Crowd::pause(const Reader& reader) {
  if (options_.heeds_retry) return reader.retry;
  return options_.longest_pause * (random_() % 1000) / 1000;
}

void Crowd::connect(Reader& reader) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(reader.address.port);
  inet_pton(AF_INET, reader.address.host.c_str(), &to.sin_addr);
  reader.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (reader.fd < 0) throw WireError(std::string("no socket: ") + strerror(errno));
  if (options_.receive_buffer > 0) {
    setsockopt(reader.fd, SOL_SOCKET, SO_RCVBUF, &options_.receive_buffer,
               sizeof options_.receive_buffer);
  }
  reader.phase = Reader::Phase::connecting;
  reader.wake = Clock::now() + stay();
  reader.head.clear();
  reader.decoder = {};
  reader.parser = {};
  ++connects_;
  if (::connect(reader.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    return close(reader, 50ms);
  }
  wait_for(reader, EPOLLOUT, true);
}

void Crowd::wait_for(Reader& reader, std::uint32_t events, bool first) {
  epoll_event event{events, {&reader}};
  epoll_ctl(epoll_, first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, reader.fd, &event);
}

void Crowd::close(Reader& reader, Clock::duration pause) {
  if (reader.fd >= 0) ::close(reader.fd);
  reader.fd = -1;
  reader.phase = Reader::Phase::away;
  reader.wake = Clock::now() + pause;
}

void Crowd::on_ready(Reader& reader, std::uint32_t events) {
  if (reader.fd < 0) return;
  if (reader.phase != Reader::Phase::connecting) return receive(reader);
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(reader.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error || !(events & EPOLLOUT)) {
    ++refusals_;
    return close(reader, options_.heeds_retry ? reader.retry : 50ms);
  }
  Request request{.target = options_.target};
  if (!reader.id.empty()) request.headers = {{"Last-Event-ID", reader.id}};
  const auto text = request.text();
  if (send(reader.fd, text.data(), text.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(text.size())) {
    return close(reader, 50ms);
  }
  reader.phase = Reader::Phase::head;
  wait_for(reader, EPOLLIN, false);
}

void Crowd::receive(Reader& reader) {
  scratch_.resize(1 << 18);
  const ssize_t n = recv(reader.fd, scratch_.data(), scratch_.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // An end of any kind: whatever was cut in the middle of a block is asked for again.
  if (n <= 0) {
    ++(reader.phase == Reader::Phase::body ? cuts_ : refusals_);
    return close(reader, pause(reader));
  }
  const std::string_view bytes(scratch_.data(), static_cast<std::size_t>(n));
  if (reader.phase == Reader::Phase::body) return take_body(reader, bytes);
  reader.head.append(bytes);
  take_head(reader);
}

void Crowd::take_head(Reader& reader) {
  const auto head = parse_head(reader.head);
  if (!head) return;
  if (head->status != 200 ||
      head->header("Content-Type").value_or("").rfind("text/event-stream", 0) != 0) {
    return fail("a browser is turned away for good: " + reader.head);
  }
  reader.phase = Reader::Phase::body;
  accepted_.push_back(Clock::now());
  const auto rest = reader.head.substr(head->raw.size());
  take_body(reader, rest);
}

void Crowd::take_body(Reader& reader, std::string_view bytes) {
  body_.clear();
  reader.decoder.feed(bytes, body_);
  reader.parser.feed(body_, reader);
  if (reader.decoder.finished()) {
    if (!reader.parser.between_blocks()) fail("the last chunk cuts a block");
    close(reader, pause(reader));
  }
}

void Crowd::tell(Command command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(std::move(command));
}

void Crowd::move(int first, int last, Address address) {
  tell([this, first, last, address] {
    for (int i = first; i < last; ++i) {
      auto& reader = *readers_[static_cast<std::size_t>(i)];
      reader.address = address;
      close(reader, 0ms);
    }
  });
}

void Crowd::drop_all() {
  tell([this] {
    for (auto& reader : readers_) close(*reader, 0ms);
  });
}

void Crowd::stall(int index) {
  tell([this, index] {
    auto& reader = *readers_[static_cast<std::size_t>(index)];
    reader.stalled = true;
    if (reader.fd >= 0) wait_for(reader, 0, false);
  });
}

void Crowd::read_again(int index) {
  tell([this, index] {
    auto& reader = *readers_[static_cast<std::size_t>(index)];
    reader.stalled = false;
    if (reader.fd < 0) return;
    // A window below the loopback's segment size is opened only by the server's probes, five a
    // second.
    setsockopt(reader.fd, SOL_SOCKET, SO_RCVBUF, &reading_buffer, sizeof reading_buffer);
    wait_for(reader, EPOLLIN, false);
  });
}

std::int64_t Crowd::seen_by(int index) const {
  std::int64_t seen = -1;
  std::mutex mutex;
  std::condition_variable told;
  // A question like any other command, as the readers belong to their thread.
  const_cast<Crowd*>(this)->tell([&] {
    const std::lock_guard lock(mutex);
    seen = readers_[static_cast<std::size_t>(index)]->seen;
    told.notify_one();
  });
  std::unique_lock lock(mutex);
  told.wait(lock, [&] { return seen >= 0; });
  return seen;
}

bool Crowd::all_open(Clock::duration within) {
  eventually([&] { return open_ == options_.readers || failed_; }, within);
  return open_ == options_.readers && !failed_;
}

bool Crowd::all_have(const std::vector<std::int64_t>& next, Clock::duration within) {
  const auto asked = [&] {
    auto all = std::make_shared<std::atomic<int>>(0);  // 1: yes, 2: no
    tell([this, all, next] {
      *all = std::all_of(readers_.begin(), readers_.end(),
                         [&](const auto& reader) { return reader->next == next; })
                 ? 1
                 : 2;
    });
    eventually([&] { return *all != 0 || failed_; }, 30s);
    return *all == 1;
  };
  eventually([&] { return failed_ || asked(); }, within, 20ms);
  return !failed_ && asked();
}

}  // namespace e2e
