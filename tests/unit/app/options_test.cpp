#include "sidecar/app/options.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sidestream {
namespace {

struct Parsed {
  std::optional<Options> options;
  int exit_code = -1;
  std::string error;
  std::string output;
};

Parsed parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "sidestream");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  Parsed parsed;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  parsed.options = parse_options(static_cast<int>(arguments.size()), argv.data(), parsed.exit_code);
  parsed.output = testing::internal::GetCapturedStdout();
  parsed.error = testing::internal::GetCapturedStderr();
  return parsed;
}

TEST(Options, DefaultsToRunWithTheSystemsFile) {
  const auto parsed = parse({});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->action, Options::Action::run);
  EXPECT_EQ(parsed.options->config, default_config);
  EXPECT_EQ(parsed.options->log_format, LogFormat::json);
  EXPECT_EQ(parsed.options->log_level, LogLevel::info);
}

TEST(Options, ReadsEachOption) {
  const auto parsed =
      parse({"--config=a.yaml", "--check", "--log-format", "text", "--log-level", "debug"});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->config, "a.yaml");
  EXPECT_EQ(parsed.options->action, Options::Action::check);
  EXPECT_EQ(parsed.options->log_format, LogFormat::text);
  EXPECT_EQ(parsed.options->log_level, LogLevel::debug);
}

TEST(Options, NamesTheBadValue) {
  const auto parsed = parse({"--log-level", "loud"});
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_NE(parsed.error.find("--log-level: unknown level \"loud\"; write debug"),
            std::string::npos)
      << parsed.error;
}

TEST(Options, RefusesUnknownOptionsAndArguments) {
  EXPECT_EQ(parse({"--no-such"}).exit_code, 2);
  EXPECT_EQ(parse({"--config"}).exit_code, 2);
  const auto word = parse({"run"});
  EXPECT_EQ(word.exit_code, 2);
  EXPECT_NE(word.error.find("unexpected argument \"run\""), std::string::npos);
}

TEST(Options, RefusesCheckWithDrain) { EXPECT_EQ(parse({"--check", "--drain"}).exit_code, 2); }

TEST(Options, PrintsHelpAndVersion) {
  const auto help = parse({"--help"});
  EXPECT_FALSE(help.options);
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.output.find("--config FILE"), std::string::npos);
  EXPECT_EQ(parse({"--version"}).exit_code, 0);
}

}  // namespace
}  // namespace sidestream
