#include "tests/integration/access/harness/tls_socket.hpp"

#include <fcntl.h>
#include <poll.h>

#include <array>

namespace e2e {
namespace {

SSL_CTX* client_context() {
  static const std::shared_ptr<SSL_CTX> context = [] {
    std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_clear_mode(made.get(), SSL_MODE_AUTO_RETRY);
    return made;
  }();
  return context.get();
}

bool readable(int socket, const Deadline& deadline) {
  pollfd ready{socket, POLLIN, 0};
  return ::poll(&ready, 1, deadline.left_ms()) > 0;
}

}  // namespace

TlsSocket::TlsSocket(const Address& server)
    : socket_(server), ssl_(SSL_new(client_context()), SSL_free) {
  ::fcntl(socket_.fd(), F_SETFL, ::fcntl(socket_.fd(), F_GETFL) | O_NONBLOCK);
  SSL_set_fd(ssl_.get(), socket_.fd());
  const Deadline deadline(20s * patience);
  while (true) {
    const int done = SSL_connect(ssl_.get());
    if (done == 1) return;
    const bool waits = SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
    if (!waits || !readable(socket_.fd(), deadline)) throw WireError("the TLS handshake failed");
  }
}

void TlsSocket::send(std::string_view bytes) {
  const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (sent != static_cast<int>(bytes.size())) throw WireError("TLS does not take the bytes");
}

bool TlsSocket::receive_until(std::string& bytes, std::string_view text, Clock::duration within) {
  const Deadline deadline(within);
  std::array<char, 16 * 1024> part;
  while (bytes.find(text) == std::string::npos) {
    const int n = SSL_read(ssl_.get(), part.data(), part.size());
    if (deadline.passed()) throw WireError("it does not come; so far: " + bytes.substr(0, 500));
    if (n > 0) {
      bytes.append(part.data(), static_cast<std::size_t>(n));
    } else if (SSL_get_error(ssl_.get(), n) != SSL_ERROR_WANT_READ) {
      return false;
    } else {
      readable(socket_.fd(), deadline);
    }
  }
  return true;
}

std::string TlsSocket::subject() const {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(ssl_.get()), X509_free);
  std::array<char, 256> text{};
  X509_NAME_oneline(X509_get_subject_name(certificate.get()), text.data(), text.size());
  return text.data();
}

}  // namespace e2e
