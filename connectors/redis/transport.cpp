#include "connectors/redis/transport.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sidestream::redis {
namespace {

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket) {}
  PlainTransport(const PlainTransport&) = delete;
  PlainTransport& operator=(const PlainTransport&) = delete;
  ~PlainTransport() override { ::close(socket_); }

  Io handshake() override { return Io::done; }

  Io read(std::span<char> into, std::size_t& moved) override {
    const auto n = ::recv(socket_, into.data(), into.size(), 0);
    if (n == 0) {
      error_ = "the server closed the connection";
      return Io::failed;
    }
    return result(n, Io::want_read, moved);
  }

  Io write(std::string_view bytes, std::size_t& moved) override {
    return result(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), Io::want_write, moved);
  }

  bool holds_bytes() const override { return false; }
  std::string error() const override { return error_; }

 private:
  Io result(ssize_t n, Io later, std::size_t& moved) {
    if (n > 0) {
      moved = static_cast<std::size_t>(n);
      return Io::done;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return later;
    error_ = std::generic_category().message(errno);
    return Io::failed;
  }

  int socket_;
  std::string error_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(int socket) {
  return std::make_unique<PlainTransport>(socket);
}

}  // namespace sidestream::redis
