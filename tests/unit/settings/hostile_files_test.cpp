// Files that nobody writes by hand: cut short, flipped, enormous. Nothing may crash, hang or grow.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <random>

#include "tests/unit/settings/support.hpp"

namespace sidestream::test {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> texts;
  for (const std::string& name : broken_files())
    texts.push_back(content_of(broken_folder() / name));
  for (const char* name : {"sidestream.yaml", "sidestream.minimal.yaml"})
    texts.push_back(content_of(source_root() / "config" / name));
  return texts;
}

// What every answer owes its reader: one line each, with the file's name in front, without secrets.
void expect_answer(std::string_view text) {
  const Loaded loaded = load(text);
  for (const std::string& error : loaded.errors) {
    ASSERT_TRUE(error.starts_with("test.yaml:")) << error;
    ASSERT_TRUE(std::ranges::none_of(error, [](unsigned char c) { return std::iscntrl(c) != 0; }))
        << error;
    ASSERT_EQ(error.find("hunter2"), std::string::npos) << error;
  }
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(HostileFile, SurvivesTruncation) {
  for (const std::string& text : corpus())
    for (std::size_t size = 0; size <= text.size(); size += 7)
      ASSERT_NO_FATAL_FAILURE(expect_answer(std::string_view(text).substr(0, size)));
}

TEST(HostileFile, SurvivesFlippedBytes) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr std::string_view spice = "{}[]:,-?&*!|>'\"%@`#~<=$ \n\t./0aé\\";
  const auto texts = corpus();
  for (int round = 0; round < 2000; ++round) {
    std::string text = texts[random() % texts.size()];
    if (text.empty()) continue;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
      text[random() % text.size()] = spice[random() % spice.size()];
    SCOPED_TRACE(text);
    ASSERT_NO_FATAL_FAILURE(expect_answer(text));
  }
}

TEST(HostileFile, RefusesDeepNesting) {
  for (const char* opening : {"[", "{a: ", "- ", "? ", "{? ", "{", "&a ", "!a "}) {
    const Loaded loaded = load(repeated(opening, 50'000));
    EXPECT_EQ(loaded.errors.size(), 1u) << opening;
  }
}

TEST(HostileFile, DoesNotExpandNestedAliases) {
  std::string text =
      connectors + "topics:\n  t0: &a0 { from: local }\nserver:\n  cors:\n    origins:\n";
  text += "      - &l0 [x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "*l" + std::to_string(i - 1) + ", ";
    text += "      - &l" + std::to_string(i) + " [" + repeated(before, 9) + "x]\n";
  }
  EXPECT_EQ(load(text).errors.size(), 60u);
}

TEST(HostileFile, RefusesFilesAboveOneMebibyte) {
  const std::string text = connectors + topics + repeated("# more\n", 150'000);
  ASSERT_GT(text.size(), 1024u * 1024u);
  EXPECT_EQ(load(text).errors, std::vector<std::string>{"test.yaml: the file is larger than 1MiB"});
  const std::vector<std::string> endless{"/dev/zero: cannot read the file: larger than 1MiB"};
  EXPECT_EQ(load_settings("/dev/zero", environment).errors, endless);
}

TEST(HostileFile, ReportsTheFirstHundredProblems) {
  std::string text = connectors + "topics:\n";
  for (int i = 0; i < 5000; ++i) text += "  t" + std::to_string(i) + ": { from: loca }\n";
  const auto errors = errors_of(text);
  ASSERT_EQ(errors.size(), 101u);
  EXPECT_EQ(errors.front(),
            "6:15: topics.t0.from: \"loca\" is not a connector, did you mean \"local\"?");
  EXPECT_EQ(errors.back(), " and 4900 more");
}

TEST(HostileFile, RefusesTooManyTopicsOrConnectors) {
  std::string many = "connectors:\n";
  for (int i = 0; i <= 100; ++i) many += "  c" + std::to_string(i) + ": { embedded: {} }\n";
  many += "topics:\n";
  for (int i = 0; i <= 10'000; ++i) many += "  t" + std::to_string(i) + ": { from: c0 }\n";
  const std::vector<std::string> expected{
      "102:9: connectors.c100: exceeds the limit of 100 connectors",
      "10104:11: topics.t10000: exceeds the limit of 10000 topics"};
  EXPECT_EQ(errors_of(many), expected);
}

}  // namespace
}  // namespace sidestream::test
