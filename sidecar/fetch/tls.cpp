#include "sidecar/fetch/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

namespace sidestream {

namespace ssl = boost::asio::ssl;

Fetched<ssl::context*> FetchTls::context() {
  const Version now = version();
  if (context_ && now == loaded_) return context_.get();
  auto fresh = std::make_unique<ssl::context>(ssl::context::tls_client);
  boost::system::error_code error;
  ::SSL_CTX_set_min_proto_version(fresh->native_handle(), TLS1_2_VERSION);
  fresh->set_verify_mode(ssl::verify_peer, error);
  if (!error && ca_file_.empty()) fresh->set_default_verify_paths(error);
  if (!error && !ca_file_.empty()) fresh->load_verify_file(ca_file_, error);
  if (error) {
    return FetchError(FetchErrc::tls, "cannot load " + trusted() + ": " + error.message());
  }
  context_ = std::move(fresh);
  loaded_ = now;
  return context_.get();
}

std::string FetchTls::trusted() const {
  return ca_file_.empty() ? "the system's certificates" : "CA file " + ca_file_;
}

FetchTls::Version FetchTls::version() const {
  struct stat status {};
  Version version;
  if (ca_file_.empty() || ::stat(ca_file_.c_str(), &status) != 0) return version;
  version.inode = status.st_ino;
  version.size = status.st_size;
  version.seconds = status.st_mtim.tv_sec;
  version.nanoseconds = status.st_mtim.tv_nsec;
  return version;
}

bool expect_host(SSL* ssl, const std::string& host, bool is_address) {
  if (is_address) return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) == 1;
  return ::SSL_set1_host(ssl, host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

std::string handshake_error(SSL* ssl, const std::string& fallback) {
  const auto verified = ::SSL_get_verify_result(ssl);
  if (verified == X509_V_OK) return fallback;
  return std::string("certificate rejected (") + ::X509_verify_cert_error_string(verified) + ")";
}

}  // namespace sidestream
