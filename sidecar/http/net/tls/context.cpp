#include "sidecar/http/net/tls/context.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <system_error>

namespace sidestream {
namespace {

constexpr unsigned char http1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// Of the first error: later ones only say which call has failed.
std::string openssl_reason() {
  const unsigned long error = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(error)) return std::system_category().message(ERR_GET_REASON(error));
  const char* text = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return text ? text : "unknown reason";
}

// Empty: the file can be read.
std::string read_problem(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "cannot read " + path + ": " + std::system_category().message(errno);
  ::close(file);
  return {};
}

// A client that offers other protocols alone is refused: it would send what this port can't read.
int select_http1(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                 unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, size, http1, sizeof http1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// OpenSSL would ask the terminal. `asked`: a bool.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

// OpenSSL takes a certificate without extendedKeyUsage for every purpose.
int check_client(int good, X509_STORE_CTX* store) {
  if (good == 0 || X509_STORE_CTX_get_error_depth(store) > 0) return good;
  X509* const certificate = X509_STORE_CTX_get_current_cert(store);
  const bool has_usage = (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0;
  if (has_usage && (X509_get_extended_key_usage(certificate) & XKU_SSL_CLIENT) != 0) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_INVALID_PURPOSE);
  return 0;
}

void set_options(SSL_CTX* context, const TlsSettings& settings) {
  SSL_CTX_set_min_proto_version(context,
                                settings.min_version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_ENABLE_KTLS);
  // A write that would block is repeated from where its bytes are by then; idle streams hold no
  // buffers.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // A read of a record without data returns, so that a flood of key updates delays no other client.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  // Tickets resume sessions; a cache in this process would be of no use to other replicas.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, select_http1, nullptr);
}

std::string use_certificate(SSL_CTX* context, const std::string& path) {
  if (std::string problem = read_problem(path); !problem.empty()) return "certificate: " + problem;
  if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) == 1) return {};
  return "certificate: " + path + " holds no PEM certificate: " + openssl_reason();
}

std::string use_key(SSL_CTX* context, const std::string& path) {
  if (std::string problem = read_problem(path); !problem.empty()) return "key: " + problem;
  bool asked = false;
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &asked);
  const bool used = SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (asked) return "key: " + path + " is encrypted; store it without a passphrase";
  if (used && SSL_CTX_check_private_key(context) == 1) return {};
  // A key of another type is taken, and fails the check.
  if (used || ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH)
    return "key: " + path + " is not the key of the certificate";
  return "key: " + path + " holds no PEM key: " + openssl_reason();
}

std::string load_authorities(SSL_CTX* context, const std::string& path) {
  if (std::string problem = read_problem(path); !problem.empty()) return problem;
  if (SSL_CTX_load_verify_locations(context, path.c_str(), nullptr) == 1) return {};
  return path + " holds no PEM certificate: " + openssl_reason();
}

std::string use_client_ca(SSL_CTX* context, const std::string& path) {
  if (path.empty()) return {};
  if (std::string problem = load_authorities(context, path); !problem.empty())
    return "client_ca: " + problem;
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(path.c_str()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, check_client);
  constexpr std::string_view name = "sidestream";  // tickets of clients with certificates need one
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(name.data()),
                                 static_cast<unsigned int>(name.size()));
  return {};
}

std::int64_t expiry_of(const X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return 0;
  return static_cast<std::int64_t>(::timegm(&time));
}

std::int64_t expiry_of(SSL_CTX* context) {
  std::int64_t earliest = expiry_of(SSL_CTX_get0_certificate(context));
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  for (int i = 0; i < sk_X509_num(chain); ++i)
    earliest = std::min(earliest, expiry_of(sk_X509_value(chain, i)));
  return earliest;
}

}  // namespace

std::string check_authorities(const std::string& path) {
  ERR_clear_error();
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  std::string problem =
      context ? load_authorities(context.get(), path) : std::string("OpenSSL has no memory");
  ERR_clear_error();
  return problem;
}

TlsContext load_tls_context(const TlsSettings& settings, std::string& problem) {
  ERR_clear_error();
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) {
    problem = "OpenSSL has no memory";
    return {};
  }
  set_options(context.get(), settings);
  problem = use_certificate(context.get(), settings.certificate);
  if (problem.empty()) problem = use_key(context.get(), settings.key);
  if (problem.empty()) problem = use_client_ca(context.get(), settings.client_ca);
  ERR_clear_error();
  if (!problem.empty()) return {};
  return {context, expiry_of(context.get())};
}

}  // namespace sidestream
