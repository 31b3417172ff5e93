#pragma once
// The running configuration: connectors and topics. A reload keeps what has not changed, creates the
// rest, and retires what was removed or replaced; the streams of retired topics end.
//
// Thread: main, except connectors() and serving() (any). Owns the connectors.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sidecar/app/access_runtime.hpp"
#include "sidecar/app/connectors.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/http/handlers/admin.hpp"
#include "sidecar/http/running_config.hpp"
#include "sidecar/settings/settings.hpp"
#include "sidecar/stream/open_logs.hpp"

namespace sidestream {

class Configuration {
 public:
  // `embedded_memory`: bytes for all embedded logs in memory together. Borrows access.
  Configuration(Settings settings, std::uint64_t embedded_memory, AccessRuntime& access,
                Logger log);

  const ConfigHolder& serving() const { return serving_; }
  std::vector<NamedConnector> connectors() const;

  // The problems of `settings`, as sentences with the key's path.
  std::vector<std::string> check(const Settings& settings) const;
  // Returns the keys that take effect after a restart. Requires: check(settings) found nothing.
  std::vector<std::string> apply(Settings settings);

  void start();
  // Stops retired connectors without readers. Call about once a second.
  void tidy(const OpenLogs& logs);
  void stop();

 private:
  bool keeps(const ConnectorSettings& settings) const;
  const ConfiguredConnector* running(const std::string& name) const;
  ConfiguredConnector reuse_or_create(const ConnectorSettings& settings, const Settings& all,
                                      std::vector<std::string>& restart_needed);
  void replace_connectors(const Settings& settings, std::vector<std::string>& restart_needed);
  std::shared_ptr<Topic> make_topic(const TopicSettings& settings, const TopicMap& before) const;
  std::shared_ptr<Access> make_access(const Settings& settings);
  std::optional<RevocationTarget> revocations() const;
  TopicMap make_topics(const std::vector<TopicSettings>& settings, const TopicMap& before) const;

  const std::uint64_t embedded_memory_;
  AccessRuntime& access_;
  const Logger log_;
  mutable std::mutex mutex_;  // guards the vector, which only the main thread changes
  std::vector<ConfiguredConnector> connectors_;
  std::vector<std::shared_ptr<Connector>> retired_;
  bool started_ = false;
  ConfigHolder serving_;
};

}  // namespace sidestream
