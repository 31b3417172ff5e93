#include "sidecar/settings/expand.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

class Expand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("sidestream-expand-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  Expanded of(std::string_view text) { return expand(text, environment, folder_); }

  std::filesystem::path folder_;
};

TEST_F(Expand, ExpandsVariablesAnywhereInAString) {
  EXPECT_EQ(of("a${PORT}b${PORT}").text, "a8088b8088");
  EXPECT_EQ(of("${NOTHING}").text, "");
  EXPECT_TRUE(of("${NOTHING}").changed);
  EXPECT_FALSE(of("plain").changed);
}

TEST_F(Expand, KeepsASingleDollarAndUnescapesTwo) {
  EXPECT_EQ(of("$PORT $ $$ $").text, "$PORT $ $$ $");
  EXPECT_EQ(of("$${PORT}").text, "${PORT}");
  EXPECT_FALSE(of("$${PORT}").changed);
}

TEST_F(Expand, DoesNotExpandTheResult) {
  write("secret", "${PORT} file:x\n");
  EXPECT_EQ(of("file:secret").text, "${PORT} file:x");
}

TEST_F(Expand, RemovesOnlyTheLastLineEndOfAFile) {
  write("unix", "pw\n\n");
  write("windows", "pw\r\n");
  write("none", " pw\r");
  EXPECT_EQ(of("file:unix").text, "pw\n");
  EXPECT_EQ(of("file:windows").text, "pw");
  EXPECT_EQ(of("file:none").text, " pw\r");
}

TEST_F(Expand, AcceptsVariablesAndAbsolutePathsForFiles) {
  write("8088", "by port");
  EXPECT_EQ(of("file:${PORT}").text, "by port");
  EXPECT_EQ(of("file:" + (folder_ / "8088").string()).text, "by port");
}

TEST_F(Expand, ReadsOnlyRegularFiles) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(of("file:pipe").error, "cannot read the file \"pipe\": not a regular file");
  write("large", std::string(1024 * 1024 + 1, 'x'));
  EXPECT_EQ(of("file:large").error, "cannot read the file \"large\": larger than 1MiB");
}

TEST_F(Expand, QuotesThePathAsWrittenInErrors) {
  EXPECT_EQ(of("file:${SECRET}").error,
            "cannot read the file \"${SECRET}\": No such file or directory");
}

TEST_F(Expand, FollowsLinksOfKubernetesSecrets) {
  write("data", "pw");
  std::filesystem::create_symlink("data", folder_ / "link");
  EXPECT_EQ(of("file:link").text, "pw");
}

}  // namespace
}  // namespace sidestream::test
