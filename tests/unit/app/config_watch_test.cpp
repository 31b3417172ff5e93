#include "sidecar/app/reload/config_watch.hpp"

#include <gtest/gtest.h>

#include "folder.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

class ConfigWatchTest : public testing::Test {
 protected:
  // A check some time later.
  bool look() { return watch_.changed(now_ += 1s); }

  test::Folder folder_;
  const std::string config_ = folder_.write("c.yaml", "a");
  ConfigWatch watch_{config_};
  ConfigWatch::Clock::time_point now_{};

  void SetUp() override { watch_.mark_handled(); }
};

TEST_F(ConfigWatchTest, ReportsAChangeAfterTwoEqualChecks) {
  EXPECT_FALSE(look());
  folder_.write("c.yaml", "b");
  EXPECT_FALSE(look());
  EXPECT_TRUE(look());
  watch_.mark_handled();
  EXPECT_FALSE(look());
}

TEST_F(ConfigWatchTest, IgnoresAFileThatIsBeingWritten) {
  for (const char* text : {"b", "bc", "bcd"}) {
    folder_.write("c.yaml", text);
    EXPECT_FALSE(look());
  }
  EXPECT_TRUE(look());
}

TEST_F(ConfigWatchTest, IgnoresAChangeThatIsRevertedInTime) {
  folder_.write("c.yaml", "b");
  look();
  folder_.write("c.yaml", "a");
  EXPECT_FALSE(look());
  EXPECT_FALSE(look());
}

TEST_F(ConfigWatchTest, ReportsRemovalAndReturnOfAFile) {
  std::filesystem::remove(config_);
  look();
  EXPECT_TRUE(look());
  watch_.mark_handled();
  folder_.write("c.yaml", "a");
  look();
  EXPECT_TRUE(look());
}

TEST_F(ConfigWatchTest, ReportsChangesOfSecrets) {
  watch_.set_files({folder_.write("secret", "1"), (folder_.path() / "absent").string()});
  EXPECT_FALSE(look());
  EXPECT_FALSE(look());
  folder_.write("secret", "2");
  look();
  EXPECT_TRUE(look());
  watch_.mark_handled();
  folder_.write("absent", "");
  look();
  EXPECT_TRUE(look());
}

}  // namespace
}  // namespace sidestream
