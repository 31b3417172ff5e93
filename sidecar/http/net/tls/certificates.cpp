#include "sidecar/http/net/tls/certificates.hpp"

#include <openssl/err.h>
#include <sys/stat.h>

#include <functional>
#include <string_view>
#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 1s;
constexpr unsigned char http1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// What OpenSSL says last, without paths of its sources.
std::string reason() {
  const unsigned long error = ERR_peek_last_error();
  const char* text = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return text ? text : "unknown reason";
}

int select_http1(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                 unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, size, http1, sizeof http1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
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
  // Tickets resume sessions; a cache in this process would be of no use to other replicas.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, select_http1, nullptr);
}

// Returns what is wrong.
std::string load(SSL_CTX* context, const TlsSettings& settings) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate.c_str()) != 1)
    return "certificate: cannot read " + settings.certificate + ": " + reason();
  if (SSL_CTX_use_PrivateKey_file(context, settings.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return "key: cannot use " + settings.key + " with the certificate: " + reason();
  if (SSL_CTX_check_private_key(context) != 1)
    return "key: is not the key of the certificate: " + reason();
  if (settings.client_ca.empty()) return {};
  if (SSL_CTX_load_verify_locations(context, settings.client_ca.c_str(), nullptr) != 1)
    return "client_ca: cannot read " + settings.client_ca + ": " + reason();
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(settings.client_ca.c_str()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  constexpr std::string_view name = "sidestream";  // tickets of clients with certificates need one
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(name.data()),
                                 static_cast<unsigned int>(name.size()));
  return {};
}

std::shared_ptr<SSL_CTX> make_context(const TlsSettings& settings, std::string& problem) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) {
    problem = "OpenSSL has no memory";
    return nullptr;
  }
  set_options(context.get(), settings);
  problem = load(context.get(), settings);
  return problem.empty() ? context : nullptr;
}

std::size_t state_of(const std::string& path) {
  struct stat file {};
  if (path.empty() || ::stat(path.c_str(), &file) != 0) return 0;
  std::size_t hash = 0;
  for (const auto part :
       {static_cast<std::size_t>(file.st_ino), static_cast<std::size_t>(file.st_size),
        static_cast<std::size_t>(file.st_mtim.tv_sec),
        static_cast<std::size_t>(file.st_mtim.tv_nsec)})
    hash = hash * 1'000'003 + part;
  return hash;
}

std::size_t state_of(const TlsSettings& settings) {
  return (state_of(settings.certificate) * 31 + state_of(settings.key)) * 31 +
         state_of(settings.client_ca);
}

}  // namespace

std::string check_tls(const TlsSettings& settings) {
  std::string problem;
  make_context(settings, problem);
  return problem;
}

TlsCertificates::TlsCertificates(TlsSettings settings, std::string port, Logger log)
    : settings_(std::move(settings)), port_(std::move(port)), log_(std::move(log)) {
  std::string ignored;
  files_ = state_of(settings_);
  context_ = make_context(settings_, ignored);
}

std::unique_ptr<TlsSession> TlsCertificates::accept(int socket) {
  const Context context = current();
  SslPtr ssl(context ? SSL_new(context.get()) : nullptr);
  if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) return nullptr;
  SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsSession>(std::move(ssl));
}

TlsCertificates::Context TlsCertificates::current() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (now - looked_at_ >= look_every) {
    looked_at_ = now;
    look_for_changes();
  }
  return context_;
}

// A pair that is being replaced may not fit for a moment: it is tried again until it does.
void TlsCertificates::look_for_changes() {
  const std::size_t files = state_of(settings_);
  if (files == files_ && trouble_.state().since_ms == 0) return;
  files_ = files;
  std::string problem;
  if (Context fresh = make_context(settings_, problem)) {
    context_ = std::move(fresh);
    trouble_.end();
    log_.info("http", "the certificate was replaced", {{"port", port_}});
  } else if (trouble_.begin(unix_now_ms(), problem)) {
    log_.warn("http", "the new certificate can't be used; the old one stays",
              {{"port", port_}, {"error", problem}});
  }
}

}  // namespace sidestream
