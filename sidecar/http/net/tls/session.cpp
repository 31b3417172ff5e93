#include "sidecar/http/net/tls/session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <climits>

namespace sidestream {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

int size_of(std::size_t bytes) { return static_cast<int>(std::min<std::size_t>(bytes, INT_MAX)); }

}  // namespace

error_code TlsSession::take_error(int result) {
  const int last_errno = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      wanted_ = asio::socket_base::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wanted_ = asio::socket_base::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SYSCALL:
      if (last_errno == 0) return asio::error::eof;
      return error_code(last_errno, boost::system::system_category());
    default:
      break;
  }
  // A client that only closes its socket, as most do.
  if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return asio::error::eof;
  failure_ = ERR_peek_error();
  return asio::error::connection_reset;
}

void TlsSession::handshake(error_code& error) {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_accept(ssl_.get());
  error = result == 1 ? error_code() : take_error(result);
}

std::size_t TlsSession::read(asio::mutable_buffer into, error_code& error) {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_read(ssl_.get(), into.data(), size_of(into.size()));
  error = result > 0 ? error_code() : take_error(result);
  return result > 0 ? static_cast<std::size_t>(result) : 0;
}

std::size_t TlsSession::write(asio::const_buffer from, error_code& error) {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_write(ssl_.get(), from.data(), size_of(from.size()));
  error = result > 0 ? error_code() : take_error(result);
  return result > 0 ? static_cast<std::size_t>(result) : 0;
}

bool TlsSession::peer_has_ended() {
  error_code error;
  char ignored = 0;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_peek(ssl_.get(), &ignored, 1);
  if (result <= 0) error = take_error(result);
  return error && error != asio::error::would_block;
}

bool TlsSession::lacks_client_certificate() const {
  const int reason = ERR_GET_REASON(failure_);
  return reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE ||
         reason == SSL_R_CERTIFICATE_VERIFY_FAILED;
}

std::string TlsSession::failure() const {
  if (failure_ == 0) return {};
  const long verified = SSL_get_verify_result(ssl_.get());
  if (lacks_client_certificate() && verified != X509_V_OK)
    return X509_verify_cert_error_string(verified);
  const char* text = ERR_reason_error_string(failure_);
  return text ? text : "unknown reason";
}

bool TlsSession::kernel_sends() const { return BIO_get_ktls_send(SSL_get_wbio(ssl_.get())) != 0; }

void TlsSession::say_goodbye() {
  if (SSL_in_init(ssl_.get())) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

}  // namespace sidestream
