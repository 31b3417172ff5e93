#pragma once
// The command line.

#include <optional>
#include <string>

#include "sidecar/base/logger.hpp"

namespace sidestream {

inline constexpr const char* default_config = "/etc/sidestream/sidestream.yaml";

struct Options {
  enum class Action { run, check, drain };
  Action action = Action::run;
  std::string config = default_config;
  LogFormat log_format = LogFormat::json;
  LogLevel log_level = LogLevel::info;
};

// Nothing: exit with `exit_code`, after --help, --version or a reported error.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace sidestream
