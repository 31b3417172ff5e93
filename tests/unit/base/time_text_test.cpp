#include "sidecar/base/time_text.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(TimeText, FormatsUtcWithMilliseconds) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(1769860800123), "2026-01-31T12:00:00.123Z");
}

TEST(TimeText, FormatsThePresentWithWholeSeconds) {
  const std::string text = format_now();
  EXPECT_EQ(text.size(), 20u);
  EXPECT_EQ(text.back(), 'Z');
}

}  // namespace
}  // namespace sidestream
