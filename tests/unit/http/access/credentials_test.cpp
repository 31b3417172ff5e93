#include "sidecar/http/access/credentials.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

using Kind = Credential::Kind;

const std::vector<TokenSource> sources{{TokenSource::Kind::header, "authorization"},
                                       {TokenSource::Kind::cookie, "session"},
                                       {TokenSource::Kind::query, "ticket"},
                                       {TokenSource::Kind::header, "x-token"}};

Credential find(Fields headers, Fields query = {}) {
  Request request;
  request.headers = std::move(headers);
  request.query = std::move(query);
  return find_credential(request, sources);
}

TEST(Credential, IsABearerTokenInAnyCase) {
  EXPECT_EQ(find({{"authorization", "Bearer abc"}}).token, "abc");
  EXPECT_EQ(find({{"authorization", "bearer   abc "}}).token, "abc");
}

TEST(Credential, IsNoneWithAnotherSchemeOrWithoutAValue) {
  for (const char* value : {"Basic abc", "Bearer", "Bearer ", "Bearerabc", ""})
    EXPECT_EQ(find({{"authorization", value}}).kind, Kind::none) << value;
  EXPECT_EQ(find({{"cookie", "session="}}).kind, Kind::none);
  EXPECT_EQ(find({}, {{"ticket", ""}}).kind, Kind::none);
}

TEST(Credential, IsFoundAmongCookies) {
  EXPECT_EQ(find({{"cookie", "a=1; session=abc;b=2"}}).token, "abc");
  EXPECT_EQ(find({{"cookie", "session=\"abc\""}}).token, "abc");
  EXPECT_EQ(find({{"cookie", "a=1"}, {"cookie", "session=abc"}}).token, "abc");
  EXPECT_EQ(find({{"cookie", "mysession=abc; session"}}).kind, Kind::none);
}

TEST(Credential, OfTheQueryIsATicket) {
  const Credential ticket = find({}, {{"ticket", "abc"}});
  EXPECT_EQ(ticket.token, "abc");
  EXPECT_TRUE(ticket.ticket);
  EXPECT_FALSE(find({{"cookie", "session=abc"}}).ticket);
}

TEST(Credential, OfAnotherHeaderIsBare) {
  EXPECT_EQ(find({{"x-token", " abc "}}).token, "abc");
  EXPECT_EQ(find({{"x-token", "Bearer abc"}}).token, "Bearer abc");
}

TEST(Credential, OfTheFirstSourceThatIsPresentCounts) {
  EXPECT_EQ(find({{"cookie", "session=b"}, {"authorization", "Bearer a"}}).token, "a");
  EXPECT_EQ(find({{"cookie", "session=b"}, {"authorization", "Basic a"}}).token, "b");
}

TEST(Credential, WithTwoValuesInOneSourceIsAmbiguous) {
  EXPECT_EQ(find({{"cookie", "session=a; session=b"}}).kind, Kind::ambiguous);
  EXPECT_EQ(find({{"authorization", "Bearer a"}, {"authorization", "Bearer b"}}).kind,
            Kind::ambiguous);
  EXPECT_EQ(find({}, {{"ticket", "a"}, {"ticket", "b"}}).kind, Kind::ambiguous);
  EXPECT_EQ(find({}, {{"ticket", "a"}, {"ticket", "a"}}).token, "a");
}

// A proxy in front may look at the other value.
TEST(Credential, WithOneValueThatIsNoneIsAmbiguous) {
  for (const char* other : {"Basic YTpi", "Bearer", ""}) {
    EXPECT_EQ(find({{"authorization", "Bearer a"}, {"authorization", other}}).kind, Kind::ambiguous)
        << other;
    EXPECT_EQ(find({{"authorization", other}, {"authorization", "Bearer a"}}).kind, Kind::ambiguous)
        << other;
  }
  EXPECT_EQ(find({{"cookie", "session=; session=a"}}).token, "a")
      << "an emptied cookie of another path";
  EXPECT_EQ(find({{"authorization", "Basic a"}, {"authorization", "Basic b"}}).kind, Kind::none);
}

}  // namespace
}  // namespace sidestream
