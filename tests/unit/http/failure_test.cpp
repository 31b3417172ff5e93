#include "sidecar/http/proxy/failure.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(Failure, IsToldAsTheClientReadsIt) {
  const auto told = [](std::string_view accept) {
    return failure_answer(UpstreamError::connect, accept);
  };
  EXPECT_EQ(told("").status, 502u);
  EXPECT_EQ(told("*/*").content_type, "application/json");
  EXPECT_NE(told("").body.find("\"cause\":\"connect\""), std::string::npos);
  EXPECT_TRUE(told("text/html,application/json").content_type.starts_with("text/html"));
  EXPECT_EQ(told("application/json, text/html").content_type, "application/json");
  EXPECT_TRUE(told("text/plain").content_type.starts_with("text/plain"));
}

TEST(Failure, BusySaysWhenToComeAgain) {
  const Response busy = failure_answer(UpstreamError::busy, "");
  EXPECT_EQ(busy.status, 503u);
  ASSERT_EQ(busy.headers.size(), 1u);
  EXPECT_EQ(busy.headers[0].first, "Retry-After");
}

}  // namespace
}  // namespace sidestream
