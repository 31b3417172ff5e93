#include "sidecar/app/reload/reload.hpp"

#include <utility>

#include "sidecar/app/connectors.hpp"
#include "sidecar/base/time_text.hpp"

namespace sidestream {

Reload::Reload(std::string config, std::vector<std::string> files, Configuration& configuration,
               HiddenTexts& hidden, ConfigProbe& probe, Logger log)
    : config_(config),
      watch_(std::move(config)),
      configuration_(configuration),
      hidden_(hidden),
      probe_(probe),
      log_(std::move(log)) {
  watch_.mark_handled();
  watch_.set_files(std::move(files));
  probe_.started(unix_now_ms());
}

bool Reload::run() {
  watch_.mark_handled();
  Loaded loaded = load_configuration(config_, Ports::keep);
  watch_.set_files(std::move(loaded.files));
  hidden_.add(loaded.hidden);
  if (loaded.errors.empty()) {
    for (const auto& problem : configuration_.check(loaded.settings))
      loaded.errors.push_back(config_ + ": " + hidden_.hide(problem));
  }
  if (!loaded.errors.empty()) {
    fail(loaded.errors);
    return false;
  }
  const std::size_t topics = loaded.settings.topics.size();
  auto restart_needed = configuration_.apply(std::move(loaded.settings));
  log_.info("config", "reloaded", {{"file", config_}, {"topics", topics}});
  for (const auto& key : restart_needed)
    log_.warn("config", "takes effect after a restart", {{"key", key}});
  probe_.loaded(unix_now_ms(), std::move(restart_needed));
  return true;
}

void Reload::fail(const std::vector<std::string>& problems) {
  for (const auto& problem : problems)
    log_.error("config", "reload failed; still serving the previous configuration",
               {{"problem", problem}});
  probe_.failed(problems);
}

}  // namespace sidestream
