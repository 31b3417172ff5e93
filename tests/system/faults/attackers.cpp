#include "tests/system/faults/attackers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace e2e::faults {
namespace {

constexpr const char* source = "127.0.0.2";  // clients come from 127.0.0.1
constexpr int opened_per_turn = 4;
constexpr std::array<const char*, attacks> attack_names{"nobody", "half heads", "half bodies",
                                                        "tails",  "names",      "single bytes"};

sockaddr_in to_socket(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

}  // namespace

const char* name_of(Attack attack) { return attack_names.at(static_cast<std::size_t>(attack)); }

class Attackers::Connection final : public SocketLoop::Owner {
 public:
  Connection(SocketLoop& loop, const Address& to, std::string text, Clock::time_point until)
      : loop_(loop), text_(std::move(text)), until_(until) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return;
    const int later = 1;
    setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &later, sizeof later);
    const auto from = to_socket(source, 0), address = to_socket(to.host, to.port);
    bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
      leave();
    } else {
      loop.watch(fd_, EPOLLOUT, *this);
    }
  }
  ~Connection() { leave(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void on_ready(std::uint32_t events) override {
    if (!sent_ && (events & EPOLLOUT) != 0) {
      sent_ = true;
      send(fd_, text_.data(), text_.size(), MSG_NOSIGNAL);
      return loop_.watch(fd_, EPOLLRDHUP, *this);
    }
    leave();
  }
  bool has_left(Clock::time_point now) {
    if (now >= until_) leave();
    return fd_ < 0;
  }

 private:
  void leave() {
    if (fd_ < 0) return;
    loop_.forget(fd_);
    ::close(fd_);
    fd_ = -1;
  }

  SocketLoop& loop_;
  const std::string text_;
  const Clock::time_point until_;
  int fd_ = -1;
  bool sent_ = false;
};

Attackers::Attackers(std::vector<Address> sidecars, std::uint64_t names)
    : sidecars_(std::move(sidecars)), names_(names) {
  loop_.start([this] { return tend(); },
              [](const std::string& why) { fprintf(stderr, "attackers: %s\n", why.c_str()); });
}

Attackers::~Attackers() { loop_.stop(); }

void Attackers::change_to(Attack attack) {
  loop_.tell([this, attack] { attack_ = attack; });
}

const Attackers::Shape& Attackers::shape_of(Attack attack) {
  static const std::array<Shape, attacks> shapes{
      {{0, 0s, ""},
       {300, 60s, "GET /events/t HTTP/1.1\r\nHost: h\r\nX-Half: "},
       {300, 60s,
        "POST /rooms/body HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nthe first of it"},
       {60, 20ms, "GET /events/t?tail=1000 HTTP/1.1\r\nHost: h\r\n\r\n"},
       {100, 100ms, ""},
       {300, 60s, "G"}}};
  return shapes.at(static_cast<std::size_t>(attack));
}

std::string Attackers::text_for(const Shape& shape) {
  if (*shape.beginning != '\0') return shape.beginning;
  return "GET /rooms/name" + std::to_string(next_name_++ % names_) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

void Attackers::open_one(const Shape& shape) {
  const auto& sidecar = sidecars_[random_() % sidecars_.size()];
  open_.push_back(
      std::make_unique<Connection>(loop_, sidecar, text_for(shape), Clock::now() + shape.stay));
  ++connections_;
}

bool Attackers::tend() {
  const auto& shape = shape_of(attack_);
  const auto now = Clock::now();
  std::erase_if(open_, [&](const auto& connection) { return connection->has_left(now); });
  if (open_.size() > shape.window) open_.resize(shape.window);
  for (int i = 0; i < opened_per_turn && open_.size() < shape.window; ++i) open_one(shape);
  return true;
}

}  // namespace e2e::faults
