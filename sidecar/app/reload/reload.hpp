#pragma once
// Reads the configuration file again and puts what it says in the place of what is served; where it
// has problems nothing changes, and the probe and the log say why.
//
// Thread: start-up thread.

#include <string>
#include <vector>

#include "sidecar/app/reload/config_loader.hpp"
#include "sidecar/app/reload/config_watch.hpp"
#include "sidecar/base/logger.hpp"
#include "sidecar/metrics/config_probe.hpp"

namespace sidestream {

class Reload {
 public:
  // `files`: that the configuration has named, beside `config` itself. Borrows the others.
  Reload(std::string config, std::vector<std::string> files, Configuration& configuration,
         ConfigProbe& probe, Logger log);

  // Looks whether anything has changed on disk, and then reloads. Some times a second. Whether
  // something else is served now.
  bool look(ConfigWatch::Clock::time_point now) { return watch_.changed(now) && run(); }
  // At once.
  bool run();

 private:
  void fail(const std::vector<std::string>& problems);

  const std::string config_;
  ConfigWatch watch_;
  Configuration& configuration_;
  ConfigProbe& probe_;
  const Logger log_;
};

}  // namespace sidestream
