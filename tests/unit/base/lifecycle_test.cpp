#include "sidecar/base/lifecycle.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(Lifecycle, NeverGoesBack) {
  Lifecycle lifecycle;
  EXPECT_FALSE(lifecycle.is_draining());
  lifecycle.advance(Lifecycle::Phase::ending);
  lifecycle.advance(Lifecycle::Phase::draining);
  EXPECT_TRUE(lifecycle.is_draining());
  EXPECT_TRUE(lifecycle.is_ending());
}

}  // namespace
}  // namespace sidestream
