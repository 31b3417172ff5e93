#include "sidecar/base/edit_distance.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(EditDistance, IsZeroForEqualWords) { EXPECT_EQ(edit_distance("topic", "topic"), 0u); }

TEST(EditDistance, CountsEachSlipOnce) {
  EXPECT_EQ(edit_distance("topic", "topics"), 1u);
  EXPECT_EQ(edit_distance("topic", "topi"), 1u);
  EXPECT_EQ(edit_distance("topic", "tapic"), 1u);
  EXPECT_EQ(edit_distance("topic", "tpoic"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(EditDistance, IsTheLengthWhenOneWordIsEmpty) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
}

}  // namespace
}  // namespace sidestream
