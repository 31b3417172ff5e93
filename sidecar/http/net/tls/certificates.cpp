#include "sidecar/http/net/tls/certificates.hpp"

#include <sys/stat.h>

#include <utility>

#include "sidecar/base/time_text.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

constexpr auto try_again_after = 1s;

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

bool has_expired(std::int64_t expires_at) { return expires_at * 1000 <= unix_now_ms(); }

}  // namespace

std::string check_tls(const TlsSettings& settings) {
  std::string problem;
  load_tls_context(settings, problem);
  return problem;
}

std::string warn_of_expiry(const TlsSettings& settings) {
  std::string problem;
  const TlsContext context = load_tls_context(settings, problem);
  if (!context.ssl || !has_expired(context.expires_at)) return {};
  return "certificate: " + settings.certificate + " expired at " +
         format_time(context.expires_at * 1000);
}

TlsCertificates::TlsCertificates(TlsSettings settings, std::string port, TlsProbe& probe,
                                 Logger log)
    : settings_(std::move(settings)),
      port_(std::move(port)),
      probe_(probe),
      log_(std::move(log)),
      files_(state_of(settings_)) {
  std::string ignored;
  use(load_tls_context(settings_, ignored));
}

std::unique_ptr<TlsSession> TlsCertificates::accept(int socket) {
  const std::lock_guard lock(mutex_);
  look_for_changes();
  SslPtr ssl(context_.ssl ? SSL_new(context_.ssl.get()) : nullptr);
  if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) return nullptr;
  SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsSession>(std::move(ssl));
}

void TlsCertificates::look() {
  const std::lock_guard lock(mutex_);
  look_for_changes();
  if (!context_.ssl || !has_expired(context_.expires_at) || std::exchange(told_of_expiry_, true))
    return;
  log_.warn("http", "the certificate has expired",
            {{"port", port_}, {"expired_at", format_time(context_.expires_at * 1000)}});
}

// Requires: the lock.
void TlsCertificates::use(TlsContext fresh) {
  context_ = std::move(fresh);
  probe_.expires_at = context_.expires_at;
  told_of_expiry_ = false;
}

// A pair that is being replaced may not fit for a moment: it is tried again until it does. Requires:
// the lock.
void TlsCertificates::look_for_changes() {
  const std::size_t files = state_of(settings_);
  const auto now = Clock::now();
  const bool changed = files != std::exchange(files_, files);
  const bool again = probe_.files.state().since_ms != 0 && now - tried_at_ >= try_again_after;
  if (!changed && !again) return;
  tried_at_ = now;
  std::string problem;
  TlsContext fresh = load_tls_context(settings_, problem);
  if (fresh.ssl) {
    use(std::move(fresh));
    probe_.files.end();
    log_.info("http", "the certificate was replaced",
              {{"port", port_}, {"expires_at", format_time(context_.expires_at * 1000)}});
  } else if (probe_.files.begin(unix_now_ms(), problem)) {
    log_.warn("http", "the new certificate can't be used", {{"port", port_}, {"error", problem}});
  }
}

}  // namespace sidestream
