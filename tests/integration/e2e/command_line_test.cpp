// The command line, as people and deployment tools use it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/harness/sidecar.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

Finished sidestream(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), sidestream_binary());
  return run(std::move(arguments));
}

const char* good = "connectors:\n  local: { embedded: {} }\ntopics:\n  t: { from: local }\n";

TEST(CommandLine, PrintsVersionAndHelp) {
  const auto version = sidestream({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.output, testing::ContainsRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  const auto help = sidestream({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const auto* option : {"--config", "--check", "--version", "--log-format"}) {
    EXPECT_THAT(help.output, HasSubstr(option));
  }
}

TEST(CommandLine, CheckExits0OnAValidFile) {
  TempDir folder;
  const auto checked = sidestream({"--check", "--config", folder.write("good.yaml", good)});
  EXPECT_EQ(checked.status, 0) << checked.output;
}

TEST(CommandLine, CheckExits2AndReportsAllProblems) {
  TempDir folder;
  const auto path = folder.write("bad.yaml",
                                 "server:\n  heartbaet: 15s\n  retry: soon\n"
                                 "connectors:\n  local: { embedded: {} }\n"
                                 "topics:\n  t: { from: locla }\n");
  const auto checked = sidestream({"--check", "--config", path});
  EXPECT_EQ(checked.status, 2);
  EXPECT_THAT(checked.output, HasSubstr("bad.yaml:2:"));
  EXPECT_THAT(checked.output, HasSubstr("heartbeat"));
  EXPECT_THAT(checked.output, HasSubstr("bad.yaml:3:"));
  EXPECT_THAT(checked.output, HasSubstr("bad.yaml:7:"));
  EXPECT_THAT(checked.output, HasSubstr("local"));
}

TEST(CommandLine, Exits2OnAnInvalidFile) {
  TempDir folder;
  EXPECT_EQ(sidestream({"--config", folder.write("bad.yaml", "topics: 5\n")}).status, 2);
  EXPECT_EQ(sidestream({"--config", folder.file("absent.yaml")}).status, 2);
  EXPECT_EQ(sidestream({"--config", folder.write("empty.yaml", "")}).status, 2);
}

TEST(CommandLine, Exits2OnWrongArguments) {
  EXPECT_EQ(sidestream({}).status, 2);
  EXPECT_EQ(sidestream({"--no-such-option"}).status, 2);
  EXPECT_EQ(sidestream({"--config"}).status, 2);
  EXPECT_EQ(sidestream({"--check"}).status, 2);
}

TEST(CommandLine, ReportsAPortInUse) {
  Sidecar first({.connectors = {"local: { embedded: {} }"}, .topics = {"t: { from: local }"}});
  TempDir folder;
  const auto path = folder.write("taken.yaml", "server: { listen: \"" + first.streams().text() +
                                                   "\", admin: \"127.0.0.1:0\" }\n" + good);
  const auto second = sidestream({"--config", path});
  EXPECT_NE(second.status, 0);
  EXPECT_GT(second.status, 0);
  EXPECT_THAT(second.output, HasSubstr(std::to_string(first.streams().port)));
}

TEST(CommandLine, DrainsOnSigint) {
  Sidecar sidecar({.connectors = {"local: { embedded: {} }"}, .topics = {"t: { from: local }"}});
  sidecar.process().signal(SIGINT);
  EXPECT_EQ(sidecar.process().exit_status(10s), 0);
}

TEST(CommandLine, HidesSecretsOfTheFile) {
  TempDir folder;
  folder.write("password", "hunter2-file\n");
  Sidecar sidecar(
      {.connectors =
           {"r: { redis: { url: \"redis://127.0.0.1:1\", username: u, password: \"file:" +
                folder.file("password") + "\" } }",
            "k: { kafka: { bootstrap.servers: \"127.0.0.1:1\", security.protocol: sasl_plaintext, "
            "sasl.mechanisms: PLAIN, sasl.username: u, sasl.password: \"${SECRET}\" } }"},
       .topics = {"t: { from: r, stream: x }", "u: { from: k, topic: yy }"}},
      {{"SECRET", "hunter2-env"}});
  HttpConnection one(sidecar.streams()), two(sidecar.streams());
  one.send(Request{.target = "/events/t"});
  two.send(Request{.target = "/events/u"});
  ASSERT_TRUE(eventually([&] {
    const auto body = get(sidecar.admin(), "/readyz").body;
    return body.find("127.0.0.1:1") != std::string::npos ||
           body.find("refused") != std::string::npos;
  })) << get(sidecar.admin(), "/readyz").body;
  for (const auto* page : {"/metrics", "/topics", "/readyz"}) {
    EXPECT_THAT(get(sidecar.admin(), page).body, Not(HasSubstr("hunter2")));
  }
  EXPECT_THAT(sidecar.log(), Not(HasSubstr("hunter2")));
}

// In the order of the file, from the folder of the file.
TEST(CommandLine, ChecksTheFilesOfTlsAndAccess) {
  TempDir folder;
  folder.write("none.pem", "not PEM\n");
  const auto path =
      folder.write("files.yaml",
                   "connectors: { local: { embedded: {} } }\n"
                   "access:\n"
                   "  tokens:\n"
                   "    - { issuer: a, audience: b, keys: \"file:none.pem\" }\n"
                   "    - { issuer: c, audience: b, keys: https://id/, ca: none.pem }\n"
                   "server:\n"
                   "  admin_tls: { certificate: gone.crt, key: gone.key }\n"
                   "topics: { t: { from: local, read: signed_in, only: {} } }\n");
  for (const bool check : {true, false}) {
    std::vector<std::string> arguments{"--config", path};
    if (check) arguments.push_back("--check");
    const auto checked = sidestream(arguments);
    EXPECT_EQ(checked.status, 2);
    EXPECT_THAT(
        checked.output,
        testing::ContainsRegex("yaml:4:39: access.tokens.0..keys: no usable key(.|\n)*"
                               "yaml:5:56: access.tokens.1..ca: [^ ]*/none.pem holds no PEM(.|\n)*"
                               "yaml:7:29: server.admin_tls.certificate: cannot read "
                               "[^ ]*/gone.crt: No such file or directory(.|\n)*"
                               "yaml:8:52: topics.t.only: has no condition"));
  }
}

TEST(CommandLine, LogsAsText) {
  TempDir folder;
  const auto path = folder.write(
      "t.yaml",
      std::string("server: { listen: \"127.0.0.1:0\", admin: \"127.0.0.1:0\" }\n") + good);
  Process process({sidestream_binary(), "--config", path, "--log-format", "text"});
  const auto line = process.line(
      [](const std::string& text) { return text.find("listening") != std::string::npos; },
      10s * patience);
  ASSERT_TRUE(line);
  EXPECT_NE(line->front(), '{');
  process.signal(SIGTERM);
  EXPECT_EQ(process.exit_status(10s), 0);
}

}  // namespace
}  // namespace e2e
