#include "sidecar/base/hidden_texts.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

std::string hide(std::vector<HiddenText> texts, std::string_view in) {
  return HiddenTexts(Hidden{std::move(texts)}).hide(in);
}

TEST(HiddenTexts, ReplacesEachOccurrence) {
  EXPECT_EQ(hide({{"S3CRET", "${PW}"}}, "\"S3CRET\" is not S3CRET"), "\"${PW}\" is not ${PW}");
  EXPECT_EQ(hide({}, "as it is"), "as it is");
}

TEST(HiddenTexts, PrefersTheLongerText) {
  EXPECT_EQ(
      hide({{"kafka", "${HOST}"}, {"kafka:9092", "${SERVERS}"}}, "kafka:9092/bootstrap, kafka"),
      "${SERVERS}/bootstrap, ${HOST}");
}

TEST(HiddenTexts, ReplacesAShortTextAsAWholeWordOnly) {
  EXPECT_EQ(hide({{"1", "${N}"}}, "10 s, 1 s, t1"), "10 s, ${N} s, t1");
  EXPECT_EQ(hide({{"long enough", "${L}"}}, "xlong enoughx"), "x${L}x");
  EXPECT_EQ(hide({{"p/", "${P}"}}, "p/x"), "${P}x") << "it ends no word";
}

TEST(HiddenTexts, DoesNotLookAtWhatItShows) {
  EXPECT_EQ(hide({{"abc", "${xyz}"}, {"xyz", "${abc}"}}, "abc xyz"), "${xyz} ${abc}");
}

TEST(HiddenTexts, IgnoresEmptyTexts) { EXPECT_EQ(hide({{"", "${E}"}}, "abc"), "abc"); }

}  // namespace
}  // namespace sidestream
