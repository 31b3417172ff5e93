#include "sidecar/http/proxy/failure.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(Failure, UsesTheFormatThatTheClientPrefers) {
  const auto response = [](std::string_view accept) {
    return failure_response(UpstreamError::connect, accept);
  };
  EXPECT_EQ(response("").status, 502u);
  EXPECT_EQ(response("*/*").content_type, "application/json");
  EXPECT_NE(response("").body.find("\"cause\":\"connect\""), std::string::npos);
  EXPECT_TRUE(response("text/html,application/json").content_type.starts_with("text/html"));
  EXPECT_EQ(response("application/json, text/html").content_type, "application/json");
  EXPECT_TRUE(response("text/plain").content_type.starts_with("text/plain"));
}

TEST(Failure, HasRetryAfterWhenBusy) {
  const Response busy = failure_response(UpstreamError::busy, "");
  EXPECT_EQ(busy.status, 503u);
  ASSERT_EQ(busy.headers.size(), 1u);
  EXPECT_EQ(busy.headers[0].first, "Retry-After");
}

}  // namespace
}  // namespace sidestream
