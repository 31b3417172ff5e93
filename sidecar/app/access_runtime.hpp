#pragma once
// What access needs while the process runs: its thread, its metrics, the log of revocations, and the
// Access of each configuration.
//
// Thread: main, except the probes (any).
// Life: apply() for the first configuration -> start() -> apply() at reloads -> stop() after the
// event loops.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "sidecar/app/revocation_log.hpp"
#include "sidecar/auth/subject_hash.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/access/access.hpp"
#include "sidecar/http/access/access_thread.hpp"
#include "sidecar/http/access/token_verdict.hpp"
#include "sidecar/metrics/access_probe.hpp"
#include "sidecar/settings/settings.hpp"

namespace sidestream {

// Topics to which everybody may publish: a warning each, as sentences with the key's path.
std::vector<std::string> warn_of_open_topics(const Settings& settings);

class AccessRuntime {
 public:
  using FindConnector = std::function<std::shared_ptr<Connector>(const std::string& name)>;

  // `told`: of each revocation, on a connector's thread. Borrows the probe.
  AccessRuntime(AccessProbe& probe, RevocationLog::Told told, Logger log);

  // The Access for these settings: the one before where nothing has changed. Null: no `access:`.
  std::shared_ptr<Access> apply(const std::optional<AccessSettings>& settings,
                                const FindConnector& find);
  // Where POST /access/revoke appends. Null: nowhere.
  const std::shared_ptr<RevocationLog>& revocations() const { return revocations_; }

  void start();
  void stop();

  const TokenProbe& tokens() const { return tokens_; }

 private:
  void follow(const std::optional<RevocationSettings>& settings, const FindConnector& find);

  AccessProbe& probe_;
  const RevocationLog::Told told_;
  const Logger log_;
  TokenProbe tokens_;
  const SubjectHash subject_hash_;
  AccessThread thread_;
  std::shared_ptr<RevocationTable> table_;  // null: no log of revocations
  std::shared_ptr<RevocationLog> revocations_;
  std::shared_ptr<Access> access_;
  bool started_ = false;
};

}  // namespace sidestream
