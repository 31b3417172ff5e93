#include "sidecar/http/handlers/publish.hpp"

#include <gtest/gtest.h>

#include "sidecar/base/error.hpp"

namespace sidestream {
namespace {

Response failed(Errc error) {
  return publish_response(make_error_code(error), OffsetFormat::integer);
}

bool has_retry_after(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Retry-After") return true;
  }
  return false;
}

TEST(PublishResponse, MapsErrorsToStatuses) {
  EXPECT_EQ(failed(Errc::unconfirmed).status, 504u);
  EXPECT_EQ(failed(Errc::refused).status, 502u);
  EXPECT_EQ(failed(Errc::no_such_log).status, 502u);
  EXPECT_EQ(failed(Errc::unavailable).status, 503u);
}

TEST(PublishResponse, OffersARetryOnlyWhenNothingWasWritten) {
  EXPECT_TRUE(has_retry_after(failed(Errc::unavailable)));
  EXPECT_FALSE(has_retry_after(failed(Errc::unconfirmed)));
  EXPECT_FALSE(has_retry_after(failed(Errc::refused)));
}

TEST(PublishResponse, Is503WhenTheErrorIsNotOurs) {
  const auto foreign = boost::system::errc::make_error_code(boost::system::errc::broken_pipe);
  EXPECT_EQ(publish_response(foreign, OffsetFormat::integer).status, 503u);
}

TEST(BodyTooLarge, NamesTheLimitAndKeepsTheHeadersOfTheTopic) {
  const PublishRequest request{nullptr, "orders", {}, {}, 100, {{"Vary", "Origin"}}};
  const Response response = body_too_large(request);
  EXPECT_EQ(response.status, 413u);
  EXPECT_NE(response.body.find("max_event of 100 bytes"), std::string::npos);
  EXPECT_EQ(response.headers, request.headers);
}

}  // namespace
}  // namespace sidestream
