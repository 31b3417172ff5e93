#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sidecar/app/access_runtime.hpp"
#include "sidecar/app/application.hpp"
#include "sidecar/app/connectors.hpp"
#include "sidecar/app/drain_order.hpp"
#include "sidecar/app/options.hpp"
#include "sidecar/app/tls_files.hpp"
#include "sidecar/base/log_writer.hpp"

namespace {

using namespace sidestream;

constexpr int bad_input = 2;

int fail(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
  return bad_input;
}

int drain(const Options& options) {
  const std::string problem = order_drain(options.config);
  if (problem.empty()) return 0;
  fail({problem});
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  if (options->action == Options::Action::drain) return drain(*options);
  Loaded loaded = load_configuration(options->config, Ports::open);
  const auto hidden = std::make_shared<HiddenTexts>(loaded.hidden);
  if (loaded.errors.empty()) {
    for (const auto& problem : check_connectors(loaded.settings.connectors)) {
      loaded.errors.push_back(options->config + ": " + hidden->hide(problem));
    }
  }
  if (!loaded.errors.empty()) return fail(loaded.errors);
  auto warnings = warn_of_open_topics(loaded.settings);
  if (options->action == Options::Action::check) {
    std::ranges::move(warn_of_expired_certificates(loaded.settings.server),
                      std::back_inserter(warnings));
    for (const auto& warning : warnings)
      std::fprintf(stderr, "%s: warning: %s\n", options->config.c_str(), warning.c_str());
    std::printf("%s: valid (%zu connectors, %zu topics)\n", options->config.c_str(),
                loaded.settings.connectors.size(), loaded.settings.topics.size());
    return 0;
  }
  LogWriter writer(STDERR_FILENO, options->log_format);
  const Logger log(
      options->log_level, options->log_format,
      [&writer](std::string_view line) { writer.write(line); }, hidden);
  for (const auto& warning : warnings) log.warn("access", warning);
  Application application(std::move(loaded), options->config, *hidden, log, writer);
  if (auto problems = application.open(); !problems.empty()) {
    for (std::string& problem : problems) problem = hidden->hide(problem);
    return fail(problems);
  }
  return application.run();
}
