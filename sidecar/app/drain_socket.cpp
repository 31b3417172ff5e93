#include "sidecar/app/drain_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>

namespace sidestream {
namespace {

struct Address {
  sockaddr_un name{};
  socklen_t size = 0;
};

// An abstract name begins with NUL and is as long as the address says (unix(7)).
Address address_of(const std::string& config) {
  std::error_code ignored;
  // The path as written: the links of a ConfigMap change with each edit.
  const auto path = std::filesystem::absolute(config, ignored).lexically_normal().string();
  const std::string name = "sidestream-drain-" + std::to_string(::getuid()) + "-" +
                           std::to_string(std::hash<std::string>{}(path.empty() ? config : path));
  Address address;
  address.name.sun_family = AF_UNIX;
  std::memcpy(address.name.sun_path + 1, name.data(), name.size());
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return address;
}

int datagram_socket() { return ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

}  // namespace

DrainSocket::DrainSocket(const std::string& config) : socket_(datagram_socket()) {
  const Address address = address_of(config);
  if (socket_ < 0) return;
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address.name), address.size) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

DrainSocket::~DrainSocket() {
  if (socket_ >= 0) ::close(socket_);
}

bool DrainSocket::requested() {
  char byte = 0;
  bool any = false;
  while (socket_ >= 0 && ::recv(socket_, &byte, 1, 0) > 0) any = true;
  return any;
}

bool request_drain(const std::string& config) {
  const int socket = datagram_socket();
  const Address address = address_of(config);
  const bool sent =
      socket >= 0 && ::sendto(socket, "d", 1, 0, reinterpret_cast<const sockaddr*>(&address.name),
                              address.size) == 1;
  if (socket >= 0) ::close(socket);
  return sent;
}

}  // namespace sidestream
