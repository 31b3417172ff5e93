#include "sidecar/app/options.hpp"

#include <getopt.h>

#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "sidecar/app/version.hpp"

namespace sidestream {
namespace {

constexpr int bad_usage = 2;

constexpr const char* help =
    "Kafka topics, Redis streams and an embedded log as Server-Sent Events that lose nothing.\n"
    "\n"
    "Usage: sidestream [OPTIONS]\n"
    "\n"
    "  --config FILE        configuration file (YAML); default: %s\n"
    "  --check              check the configuration; exit 0 if it is valid, else 2\n"
    "  --drain              start the drain of the process that runs with this configuration;\n"
    "                       exit 0 if it has begun, else 1\n"
    "  --log-format FORMAT  logs on stderr: json (default) or text\n"
    "  --log-level LEVEL    debug, info (default), warn or error\n"
    "  --version            print the version\n"
    "  --help, -h           print this text\n"
    "\n"
    "SIGTERM starts the drain, a second SIGTERM stops immediately. SIGHUP or a change of the file\n"
    "reloads the configuration.\n";

enum Option : int { config = 1000, check, drain, log_format, log_level, version_text };

constexpr std::array<option, 8> known{{{"config", required_argument, nullptr, config},
                                       {"check", no_argument, nullptr, check},
                                       {"drain", no_argument, nullptr, drain},
                                       {"log-format", required_argument, nullptr, log_format},
                                       {"log-level", required_argument, nullptr, log_level},
                                       {"version", no_argument, nullptr, version_text},
                                       {"help", no_argument, nullptr, 'h'},
                                       {nullptr, 0, nullptr, 0}}};

template <class Value, std::size_t n>
bool pick(std::string_view text, const std::pair<std::string_view, Value> (&choices)[n],
          Value& out) {
  for (const auto& [name, value] : choices) {
    if (name != text) continue;
    out = value;
    return true;
  }
  return false;
}

bool set_format(const char* text, LogFormat& out) {
  static constexpr std::pair<std::string_view, LogFormat> formats[] = {{"json", LogFormat::json},
                                                                       {"text", LogFormat::text}};
  if (pick(text, formats, out)) return true;
  std::fprintf(stderr, "--log-format: unknown format \"%s\"; write json or text\n", text);
  return false;
}

bool set_level(const char* text, LogLevel& out) {
  static constexpr std::pair<std::string_view, LogLevel> levels[] = {{"debug", LogLevel::debug},
                                                                     {"info", LogLevel::info},
                                                                     {"warn", LogLevel::warn},
                                                                     {"error", LogLevel::error}};
  if (pick(text, levels, out)) return true;
  std::fprintf(stderr, "--log-level: unknown level \"%s\"; write debug, info, warn or error\n",
               text);
  return false;
}

bool set_action(Options::Action action, Options& options) {
  if (options.action != Options::Action::run && options.action != action) {
    std::fputs("--check and --drain cannot be used together\n", stderr);
    return false;
  }
  options.action = action;
  return true;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  exit_code = 0;
  optind = 0;  // glibc: start over, so that tests can parse more than once
  bool good = true;
  for (int c; good && (c = getopt_long(argc, argv, "h", known.data(), nullptr)) != -1;) {
    switch (c) {
      case config:
        options.config = optarg;
        break;
      case check:
        good = set_action(Options::Action::check, options);
        break;
      case drain:
        good = set_action(Options::Action::drain, options);
        break;
      case log_format:
        good = set_format(optarg, options.log_format);
        break;
      case log_level:
        good = set_level(optarg, options.log_level);
        break;
      case version_text:
        std::printf("sidestream %s\n", version);
        return std::nullopt;
      case 'h':
        std::printf(help, default_config);
        return std::nullopt;
      default:  // getopt_long has reported it
        good = false;
    }
  }
  if (good && optind < argc) {
    std::fprintf(stderr, "unexpected argument \"%s\"\n", argv[optind]);
    good = false;
  }
  if (good) return options;
  std::fputs("Try: sidestream --help\n", stderr);
  exit_code = bad_usage;
  return std::nullopt;
}

}  // namespace sidestream
