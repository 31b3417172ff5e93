// Each file in broken/ has what it must be told beside it, in a file `.expected`. To write those
// anew after a change of texts: SIDESTREAM_WRITE_EXPECTED=1 unit_settings_test, and read the
// difference.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

class BrokenFile : public testing::TestWithParam<std::string> {
 protected:
  // Messages then contain only the name of the file.
  void SetUp() override { std::filesystem::current_path(broken_folder()); }
  void TearDown() override { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + '\n';
  return all;
}

// yaml-cpp names an unknown anchor from 0.8 on.
std::string without_anchor(std::string text) {
  constexpr std::string_view says = "the referenced anchor is not defined", name = ": common";
  const auto at = text.find(says);
  if (at != std::string::npos && text.compare(at + says.size(), name.size(), name) == 0)
    text.erase(at + says.size(), name.size());
  return text;
}

TEST_P(BrokenFile, ReportsTheExpectedProblems) {
  const std::string told = without_anchor(joined(load_settings(GetParam(), environment).errors));
  const auto expected =
      broken_folder() / std::filesystem::path(GetParam()).stem().concat(".expected");
  if (std::getenv("SIDESTREAM_WRITE_EXPECTED")) std::ofstream(expected) << told;
  EXPECT_FALSE(told.empty());
  EXPECT_EQ(told, content_of(expected));
}

TEST_P(BrokenFile, ReportsNoSecrets) {
  const std::string told = joined(load_settings(GetParam(), environment).errors);
  EXPECT_EQ(told.find("canary"), std::string::npos) << told;
  EXPECT_EQ(told.find("hunter2"), std::string::npos) << told;
}

INSTANTIATE_TEST_SUITE_P(Corpus, BrokenFile, testing::ValuesIn(broken_files()),
                         [](const auto& file) {
                           return std::filesystem::path(file.param).stem().string();
                         });

TEST(BrokenFiles, AllHaveExpectedMessages) {
  const auto files = broken_files();
  EXPECT_GE(files.size(), 40u);
  std::size_t expected = 0;
  for (const auto& entry : std::filesystem::directory_iterator(broken_folder()))
    if (entry.path().extension() == ".expected") ++expected;
  EXPECT_EQ(expected, files.size());
}

}  // namespace
}  // namespace sidestream::test
