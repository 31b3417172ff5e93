#include "sidecar/app/options.hpp"

#include <CLI/CLI.hpp>
#include <map>

#include "sidecar/app/version.hpp"

namespace sidestream {

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  bool check = false;
  bool drain = false;
  CLI::App app(
      "Kafka topics, Redis streams and an embedded log as Server-Sent Events that lose nothing.",
      "sidestream");
  app.set_version_flag("--version", std::string("sidestream ") + version);
  app.add_option("--config", options.config, "Configuration file (YAML)")->capture_default_str();
  auto* check_flag =
      app.add_flag("--check", check, "Check the configuration: exit 0 if it is good, else 2");
  app.add_flag("--drain", drain, "Start the drain of the process that runs with this configuration")
      ->excludes(check_flag);
  const std::map<std::string, LogFormat> formats{{"json", LogFormat::json},
                                                 {"text", LogFormat::text}};
  app.add_option("--log-format", options.log_format, "Logs on stderr: json or text")
      ->transform(CLI::CheckedTransformer(formats));
  const std::map<std::string, LogLevel> levels{{"debug", LogLevel::debug},
                                               {"info", LogLevel::info},
                                               {"warn", LogLevel::warn},
                                               {"error", LogLevel::error}};
  app.add_option("--log-level", options.log_level, "debug, info, warn or error")
      ->transform(CLI::CheckedTransformer(levels));
  app.footer(
      "Signals: SIGTERM drains (a second one stops at once), SIGHUP reloads the configuration, as "
      "a change of\nthe file does.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  options.action = check   ? Options::Action::check
                   : drain ? Options::Action::drain
                           : Options::Action::run;
  return options;
}

}  // namespace sidestream
