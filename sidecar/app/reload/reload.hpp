#pragma once
// Loads the configuration file again and replaces the running configuration. With problems in the
// file nothing changes; the probe and the log report them.
//
// Thread: main.

#include <string>
#include <vector>

#include "sidecar/app/reload/config_loader.hpp"
#include "sidecar/app/reload/config_watch.hpp"
#include "sidecar/base/hidden_texts.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/metrics/config_probe.hpp"

namespace sidestream {

class Reload {
 public:
  // `files`: named by the configuration. Borrows the others.
  Reload(std::string config, std::vector<std::string> files, Configuration& configuration,
         HiddenTexts& hidden, ConfigProbe& probe, Logger log);

  // Reloads if a file has changed. Call several times a second. Returns whether the configuration
  // was replaced.
  bool poll(ConfigWatch::Clock::time_point now) { return watch_.changed(now) && run(); }
  // Reloads now.
  bool run();

 private:
  void fail(const std::vector<std::string>& problems);

  const std::string config_;
  ConfigWatch watch_;
  Configuration& configuration_;
  HiddenTexts& hidden_;
  ConfigProbe& probe_;
  const Logger log_;
};

}  // namespace sidestream
