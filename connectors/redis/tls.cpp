#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <system_error>

#include "connectors/redis/transport.hpp"
#include "sidecar/base/free_by.hpp"

namespace sidestream::redis {
namespace {

using Ssl = std::unique_ptr<SSL, FreeBy<SSL_free>>;
using SslContext = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;

// The first error in this thread's queue. Clears the queue.
std::string openssl_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "error " + std::to_string(code);
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(Ssl ssl, int socket) : ssl_(std::move(ssl)), socket_(socket) {}
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;
  ~TlsTransport() override { ::close(socket_); }

  Io handshake() override {
    ERR_clear_error();
    const auto io = result(SSL_connect(ssl_.get()));
    if (io == Io::failed) explain_handshake();
    return io;
  }

  Io read(std::span<char> into, std::size_t& moved) override {
    ERR_clear_error();
    return result(SSL_read_ex(ssl_.get(), into.data(), into.size(), &moved));
  }

  Io write(std::string_view bytes, std::size_t& moved) override {
    ERR_clear_error();
    return result(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &moved));
  }

  bool holds_bytes() const override { return SSL_pending(ssl_.get()) > 0; }
  std::string error() const override { return error_; }

 private:
  // Every SSL call needs an empty error queue, or SSL_get_error() reports an old error.
  Io result(int outcome) {
    if (outcome == 1) return Io::done;
    switch (SSL_get_error(ssl_.get(), outcome)) {
      case SSL_ERROR_WANT_READ:
        return Io::want_read;
      case SSL_ERROR_WANT_WRITE:
        return Io::want_write;
      case SSL_ERROR_ZERO_RETURN:
        error_ = "the server closed the connection";
        break;
      case SSL_ERROR_SYSCALL:
        error_ = errno == 0 ? "the server closed the connection"
                            : std::generic_category().message(errno);
        break;
      default:
        error_ = "TLS: " + openssl_error();
    }
    return Io::failed;
  }

  void explain_handshake() {
    const auto verified = SSL_get_verify_result(ssl_.get());
    if (verified == X509_V_OK) {
      error_ = "TLS handshake: " + error_;
    } else {
      error_ =
          std::string("server certificate rejected: ") + X509_verify_cert_error_string(verified);
    }
  }

  Ssl ssl_;
  int socket_;
  std::string error_;
};

class OpensslContext final : public TlsContext {
 public:
  explicit OpensslContext(const RedisOptions& options) : host_(options.host), ca_(options.ca) {}

  std::unique_ptr<Transport> make_transport(int socket) override {
    ERR_clear_error();
    Ssl ssl(load() ? SSL_new(context_.get()) : nullptr);
    if (ssl && expect_host(*ssl) && SSL_set_fd(ssl.get(), socket) == 1) {
      return std::make_unique<TlsTransport>(std::move(ssl), socket);
    }
    ::close(socket);
    if (error_.empty()) error_ = "TLS: " + openssl_error();
    return nullptr;
  }

  std::string error() const override { return error_; }

 private:
  // Runs for each connection, because the CA file may have been replaced.
  bool load() {
    error_.clear();
    SslContext context(SSL_CTX_new(TLS_client_method()));
    if (!context) return false;
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    // Link's output buffer may have moved and grown when a write is retried.
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const bool loaded =
        ca_.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                    : SSL_CTX_load_verify_locations(context.get(), ca_.c_str(), nullptr) == 1;
    if (!loaded) {
      error_ = "cannot read the CA certificate " + ca_ + ": " + openssl_error();
      return false;
    }
    context_ = std::move(context);
    return true;
  }

  bool expect_host(SSL& ssl) {
    if (is_address(host_)) {
      return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), host_.c_str()) == 1;
    }
    return SSL_set1_host(&ssl, host_.c_str()) == 1 &&
           SSL_set_tlsext_host_name(&ssl, host_.c_str()) == 1;
  }

  std::string host_;
  std::string ca_;
  SslContext context_;
  std::string error_;
};

}  // namespace

std::unique_ptr<TlsContext> make_tls_context(const RedisOptions& options) {
  return std::make_unique<OpensslContext>(options);
}

}  // namespace sidestream::redis
