#include "tests/integration/access/harness/tls_bridge.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace e2e {
namespace {

constexpr int look_every_ms = 50;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int connect_to(const Address& server) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in to = loopback(server.port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  ::close(fd);
  return -1;
}

// False: the side it reads from has ended.
bool to_server(int plain, SSL* ssl) {
  std::array<char, 16 * 1024> bytes;
  const ssize_t n = ::recv(plain, bytes.data(), bytes.size(), 0);
  return n > 0 && SSL_write(ssl, bytes.data(), static_cast<int>(n)) > 0;
}

bool to_client(SSL* ssl, int plain) {
  std::array<char, 16 * 1024> bytes;
  do {
    const int n = SSL_read(ssl, bytes.data(), bytes.size());
    // A record without data, as session tickets are.
    if (n <= 0) return SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ;
    for (int sent = 0; sent < n;) {
      const ssize_t m =
          ::send(plain, bytes.data() + sent, static_cast<std::size_t>(n - sent), MSG_NOSIGNAL);
      if (m <= 0) return false;
      sent += static_cast<int>(m);
    }
  } while (SSL_pending(ssl) > 0);
  return true;
}

}  // namespace

TlsBridge::TlsBridge(const Address& server, TlsClient client)
    : server_(server), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
  const unsigned char http[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context_.get(), http, client.http2_only ? 3 : sizeof http);
  SSL_CTX_clear_mode(context_.get(), SSL_MODE_AUTO_RETRY);
  if (client.version_max != 0) SSL_CTX_set_max_proto_version(context_.get(), client.version_max);
  if (!client.certificate.empty()) {
    SSL_CTX_use_certificate_file(context_.get(), client.certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_.get(), client.key.c_str(), SSL_FILETYPE_PEM);
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in own = loopback(0);
  socklen_t size = sizeof own;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&own), size) != 0 ||
      ::listen(listener_, 128) != 0)
    throw std::runtime_error("the TLS bridge can't listen");
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size);
  address_ = {"127.0.0.1", ntohs(own.sin_port)};
  acceptor_ = std::thread([this] { accept_all(); });
}

TlsBridge::~TlsBridge() {
  stopping_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

void TlsBridge::accept_all() {
  while (!stopping_) {
    pollfd ready{listener_, POLLIN, 0};
    if (::poll(&ready, 1, look_every_ms) <= 0) continue;
    const int plain = ::accept(listener_, nullptr, nullptr);
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([this, plain] { carry(plain); });
  }
}

void TlsBridge::carry(int plain) {
  const int fd = connect_to(server_);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  bool open = fd >= 0 && SSL_connect(ssl.get()) == 1;
  {
    const std::lock_guard lock(mutex_);
    version_ = open ? SSL_get_version(ssl.get()) : "";
    const unsigned char* chosen = nullptr;
    unsigned int length = 0;
    if (open) SSL_get0_alpn_selected(ssl.get(), &chosen, &length);
    alpn_.assign(reinterpret_cast<const char*>(chosen), length);
    subject_.clear();
    if (X509* certificate = open ? SSL_get1_peer_certificate(ssl.get()) : nullptr) {
      std::array<char, 256> text{};
      X509_NAME_oneline(X509_get_subject_name(certificate), text.data(), text.size());
      subject_ = text.data();
      X509_free(certificate);
    }
  }
  while (open && !stopping_) {
    std::array<pollfd, 2> ready{{{plain, POLLIN, 0}, {fd, POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), look_every_ms) < 0) break;
    if (ready[0].revents != 0) open = to_server(plain, ssl.get());
    if (open && ready[1].revents != 0) open = to_client(ssl.get(), plain);
  }
  ::close(plain);
  if (fd >= 0) ::close(fd);
}

}  // namespace e2e
