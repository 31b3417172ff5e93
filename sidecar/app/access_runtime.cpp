#include "sidecar/app/access_runtime.hpp"

#include <utility>

namespace sidestream {

std::vector<std::string> warn_of_open_topics(const Settings& settings) {
  std::vector<std::string> warnings;
  for (const TopicSettings& topic : settings.topics) {
    const std::string name = "topics." + topic.name;
    if (topic.publish == Publish::yes)
      warnings.push_back(topic.ask
                             ? name +
                                   ".ask lets everybody ask who reaches the port; access: and a "
                                   "rule in publish: say who may"
                             : name +
                                   ".publish: true lets everybody publish who reaches the port; "
                                   "access: and a rule say who may");
    if (topic.ask && topic.ask->secret.empty())
      warnings.push_back(name +
                         ".ask has no secret, so an Idempotency-Key holds for this process only: "
                         "another replica takes the question again");
  }
  return warnings;
}

AccessRuntime::AccessRuntime(AccessProbe& probe, RevocationLog::Told told, Logger log)
    : probe_(probe), told_(std::move(told)), log_(std::move(log)) {}

std::shared_ptr<Access> AccessRuntime::apply(const std::optional<AccessSettings>& settings,
                                             const FindConnector& find) {
  const std::shared_ptr<RevocationTable> table_before = table_;
  follow(settings ? settings->revocations : std::nullopt, find);
  if (!settings) {
    access_ = nullptr;
  } else if (!access_ || access_->settings() != *settings || table_ != table_before) {
    access_ = std::make_shared<Access>(*settings, thread_, table_, tokens_, probe_, subject_hash_,
                                       log_, access_.get());
  }
  return access_;
}

// A log that is the same is followed on, with what was read of it.
void AccessRuntime::follow(const std::optional<RevocationSettings>& settings,
                           const FindConnector& find) {
  const std::shared_ptr<Connector> connector = settings ? find(settings->from) : nullptr;
  if (revocations_ && connector == revocations_->connector() &&
      settings->log == revocations_->name())
    return;
  if (revocations_) revocations_->stop();
  revocations_ = nullptr;
  table_ = nullptr;
  probe_.revocation_log.end();
  if (!settings) return;
  table_ = std::make_shared<RevocationTable>();
  revocations_ = std::make_shared<RevocationLog>(thread_.io(), connector, settings->log, table_,
                                                 probe_, told_, log_);
  if (started_) revocations_->start();
}

void AccessRuntime::start() {
  started_ = true;
  thread_.start();
  if (revocations_) revocations_->start();
}

void AccessRuntime::stop() {
  if (revocations_) revocations_->stop();
  thread_.stop();
}

}  // namespace sidestream
