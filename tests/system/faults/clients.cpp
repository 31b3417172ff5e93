#include "tests/system/faults/clients.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "tests/support/harness/chunks.hpp"
#include "tests/support/harness/http.hpp"
#include "tests/system/faults/memory.hpp"

namespace e2e::faults {
namespace {

constexpr int receive_buffer = 4096;  // so that who does not read is noticed
constexpr std::size_t whole_read = 1 << 16;
constexpr std::size_t slow_read = 400;
constexpr auto slow_pause = 10ms;

}  // namespace

struct Clients::Client {
  enum class Phase { away, connecting, head, body };
  enum class Pace { usual, slow, stalled };

  Client(int number, std::uint64_t seed, const Journal& journal)
      : index(number), random(seed * 1000 + static_cast<std::uint64_t>(number)), memory(journal) {}

  int index;
  std::mt19937_64 random;
  Memory memory;
  int fd = -1;
  Phase phase = Phase::away;
  Pace pace = Pace::usual;
  std::size_t sidecar = 0;
  Clock::time_point wake;  // away: when to come back; slow: when to read on
  std::string head;
  ChunkDecoder decoder;
  SseParser parser;
};

bool Clients::Share::holds(int client) const {
  std::uint32_t x = (static_cast<std::uint32_t>(client) + 1) * 2654435761u ^ (salt * 40503u);
  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  return static_cast<int>(x % 100) < percent;
}

Clients::Clients(Options options, const Journal& journal)
    : options_(std::move(options)), journal_(journal) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < options_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(i, options_.seed, journal));
  }
  thread_ = std::thread([this] { run(); });
}

Clients::~Clients() {
  stop();
  for (auto& client : clients_) {
    if (client->fd >= 0) ::close(client->fd);
  }
  for (const int fd : abandoned_) ::close(fd);
  ::close(epoll_);
}

void Clients::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Clients::run() {
  while (!stop_) turn();
}

void Clients::turn() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (auto& command : commands) command();
  std::array<epoll_event, 64> events;
  const int n = epoll_wait(epoll_, events.data(), events.size(), 5);
  for (int i = 0; i < n; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    on_ready(*static_cast<Client*>(event.data.ptr), event.events);
  }
  for (auto& client : clients_) tend(*client);
}

// What happens by time.
void Clients::tend(Client& client) {
  const auto now = Clock::now();
  if (now < client.wake) return;
  if (client.phase == Client::Phase::away) {
    connect(client);
  } else if (client.phase == Client::Phase::body && client.pace == Client::Pace::slow) {
    client.wake = now + slow_pause;
    pump(client, slow_read);
  }
}

void Clients::watch(Client& client, std::uint32_t events) {
  epoll_event event{events, {&client}};
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd, &event) != 0) {
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
  }
}

void Clients::connect(Client& client) {
  client.sidecar = client.random() % options_.sidecars.size();
  const auto& address = options_.sidecars[client.sidecar];
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
  client.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (client.fd < 0) {
    client.wake = Clock::now() + 100ms;
    return client.memory.broken(std::string("no socket: ") + strerror(errno));
  }
  setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  client.phase = Client::Phase::connecting;
  client.head.clear();
  client.decoder = {};
  client.parser = {};
  ++connects_;
  if (::connect(client.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    return close(client, false);
  }
  watch(client, EPOLLOUT);
}

void Clients::close(Client& client, bool abruptly) {
  if (client.fd < 0) return;
  if (abruptly) {
    const linger now{1, 0};
    setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  ::close(client.fd);
  client.fd = -1;
  client.phase = Client::Phase::away;
  client.wake = Clock::now() + Milliseconds(client.random() % 150);
}

void Clients::on_ready(Client& client, std::uint32_t events) {
  if (client.fd < 0) return;
  if (client.phase != Client::Phase::connecting) {
    if (client.pace != Client::Pace::usual && client.phase == Client::Phase::body) {
      // Not asked for: the connection has ended. What is left of it is read at this client's pace.
      return watch(client, EPOLLET);
    }
    return pump(client, whole_read);
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(client.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error || !(events & EPOLLOUT)) return close(client, false);
  Request request{.target = options_.target};
  if (!client.memory.id().empty()) request.headers = {{"Last-Event-ID", client.memory.id()}};
  const auto text = request.text();
  if (send(client.fd, text.data(), text.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(text.size())) {
    return close(client, false);
  }
  client.memory.came(client.sidecar);
  client.phase = Client::Phase::head;
  watch(client, EPOLLIN);
}

void Clients::pump(Client& client, std::size_t most) {
  scratch_.resize(whole_read);
  const ssize_t n = recv(client.fd, scratch_.data(), most, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return close(client, false);
  try {
    take(client, std::string_view(scratch_.data(), static_cast<std::size_t>(n)));
  } catch (const std::exception& error) {
    client.memory.broken(error.what());
    close(client, true);
  }
  if (!client.memory.history().broken.empty()) broken_ = true;
}

void Clients::take(Client& client, std::string_view bytes) {
  std::string rest;
  if (client.phase == Client::Phase::head) {
    client.head.append(bytes);
    const auto head = parse_head(client.head);
    if (!head) return;
    if (head->status != 200 ||
        head->header("Content-Type").value_or("").rfind("text/event-stream", 0) != 0) {
      throw WireError("a browser is turned away for good: " + client.head);
    }
    client.phase = Client::Phase::body;
    rest = client.head.substr(head->raw.size());
    bytes = rest;
    if (client.pace != Client::Pace::usual) watch(client, 0);
  }
  body_.clear();
  client.decoder.feed(bytes, body_);
  client.parser.feed(body_, client.memory);
  if (!client.decoder.finished()) return;
  if (!client.parser.between_blocks()) throw WireError("the last chunk cuts a block");
  close(client, false);
}

void Clients::tell(Command command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(std::move(command));
}

void Clients::each(Share share, const std::function<void(Client&)>& action) {
  tell([this, share, action] {
    for (auto& client : clients_) {
      if (share.holds(client->index)) action(*client);
    }
  });
}

void Clients::cut(Share share) {
  each(share, [this](Client& client) {
    if (client.phase == Client::Phase::body) pump(client, 1 + client.random() % 700);
    close(client, client.random() % 2 == 0);
  });
}

void Clients::abandon(Share share) {
  each(share, [this](Client& client) {
    if (client.fd < 0) return;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd, nullptr);
    abandoned_.push_back(std::exchange(client.fd, -1));
    client.phase = Client::Phase::away;
    client.wake = Clock::now();
  });
}

void Clients::stall(Share share) {
  each(share, [this](Client& client) {
    client.pace = Client::Pace::stalled;
    if (client.phase == Client::Phase::body) watch(client, 0);
  });
}

void Clients::slow_down(Share share) {
  each(share, [this](Client& client) {
    client.pace = Client::Pace::slow;
    if (client.phase == Client::Phase::body) watch(client, 0);
  });
}

void Clients::read_all() {
  each({}, [this](Client& client) {
    client.pace = Client::Pace::usual;
    if (client.phase == Client::Phase::body) watch(client, EPOLLIN);
  });
}

bool Clients::all(const Wanted& wanted, Clock::duration within) {
  const auto asked = [&] {
    auto answer = std::make_shared<std::atomic<int>>(0);  // 1: yes, 2: no
    tell([this, answer, wanted] {
      std::string others;
      for (const auto& client : clients_) {
        if (wanted(*client)) continue;
        others += "  client " + std::to_string(client->index) + " of sidecar " +
                  std::to_string(client->sidecar) + ": " + client->memory.text() + "\n";
      }
      *answer = others.empty() ? 1 : 2;
      const std::lock_guard lock(mutex_);
      laggards_ = others;
    });
    eventually([&] { return *answer != 0; }, 30s, 1ms);
    return *answer == 1;
  };
  return eventually([&] { return broken_ || asked(); }, within, 10ms) && !broken_;
}

bool Clients::all_open(Clock::duration within) {
  return all([](const Client& client) { return client.memory.opened(); }, within);
}

bool Clients::all_in(int generation, Clock::duration within) {
  return all(
      [generation](const Client& client) { return client.memory.generation() == generation; },
      within);
}

bool Clients::all_stand(int generation, int lanes, Offset offset, Clock::duration within) {
  return all(
      [=](const Client& client) {
        bool all = client.memory.generation() == generation;
        for (int lane = 0; lane < lanes; ++lane) {
          all = all && client.memory.position(lane) >= offset;
        }
        return all;
      },
      within);
}

bool Clients::all_have(int generation, const std::vector<std::int64_t>& next,
                       Clock::duration within) {
  return all(
      [generation, next](const Client& client) {
        bool all = client.memory.generation() == generation;
        for (std::size_t lane = 0; lane < next.size(); ++lane) {
          all = all && client.memory.next(static_cast<int>(lane)) >= next[lane];
        }
        return all;
      },
      within);
}

std::string Clients::laggards() const {
  const std::lock_guard lock(mutex_);
  return laggards_;
}

std::vector<History> Clients::histories() const {
  std::vector<History> all;
  for (const auto& client : clients_) all.push_back(client->memory.history());
  return all;
}

}  // namespace e2e::faults
