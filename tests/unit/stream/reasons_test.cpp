#include "sidecar/stream/start/reasons.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

// The wire contract: these words never change.
TEST(Reasons, KeepTheirNames) {
  EXPECT_EQ(name_of(StartKind::live), "live");
  EXPECT_EQ(name_of(StartKind::earliest), "earliest");
  EXPECT_EQ(name_of(StartKind::resume), "resume");
  EXPECT_EQ(name_of(StartKind::since), "since");
  EXPECT_EQ(name_of(StartKind::tail), "tail");
  EXPECT_EQ(name_of(StartKind::reset), "reset");
  EXPECT_EQ(name_of(ResetReason::garbage), "garbage");
  EXPECT_EQ(name_of(ResetReason::other_topic), "other_topic");
  EXPECT_EQ(name_of(ResetReason::beyond_end), "beyond_end");
  EXPECT_EQ(name_of(ResetReason::recreated), "recreated");
  EXPECT_EQ(name_of(ResetReason::set_back), "set_back");
  EXPECT_EQ(name_of(GapReason::retention), "retention");
  EXPECT_EQ(name_of(GapReason::too_large), "too_large");
}

TEST(Reasons, ReadResetReasonsByName) {
  EXPECT_EQ(reset_reason_of("set_back"), ResetReason::set_back);
  EXPECT_EQ(reset_reason_of("Recreated"), std::nullopt);
  EXPECT_EQ(reset_reason_of(""), std::nullopt);
}

}  // namespace
}  // namespace sidestream
