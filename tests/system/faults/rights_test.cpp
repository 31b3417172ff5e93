// Rights must be able to condemn what a sidecar does with a token.

#include "tests/system/faults/rights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace e2e::faults {
namespace {

using testing::HasSubstr;

class OfRights : public testing::Test {
 protected:
  OfRights() { rights_.connect(0); }
  std::string shut_down(const std::string& reason) {
    return rights_.take("stream-shutdown", "{\"reason\":\"" + reason + "\"}");
  }
  // Her first session, a minute ago.
  void revoke() {
    people_.revoke(2);
    people_.revoked(2, Clock::now() - 60s, 0);
  }
  std::string refused(int status) {
    Head head;
    head.status = status;
    return rights_.refused(head, "");
  }

  Journal journal_{1};
  std::deque<WallClock> clocks_ = std::deque<WallClock>(1);
  std::deque<std::atomic<Clock::rep>> thawed_ = std::deque<std::atomic<Clock::rep>>(1);
  People people_{false};
  Rights rights_{2, 1, {people_, journal_, clocks_, thawed_}};
};

TEST_F(OfRights, AcceptRecordsWhileTheyLast) {
  EXPECT_EQ(rights_.take("stream-open", "{}"), "");
  EXPECT_EQ(rights_.take("", "0/0/2 "), "");
  EXPECT_TRUE(rights_.reads(0));
}

TEST_F(OfRights, DetectARecordAfterTheRevocation) {
  revoke();
  EXPECT_THAT(rights_.take("", "0/0/2 "), HasSubstr("after the revocation"));
  EXPECT_THAT(rights_.take("stream-open", "{}"), HasSubstr("a stream came"));
}

TEST_F(OfRights, DoNotJudgeWhatWaitedUnread) {
  revoke();
  rights_.look(false);
  EXPECT_EQ(rights_.take("", "0/0/2 "), "");
}

TEST_F(OfRights, DoNotOutliveTheDataOfTheBroker) {
  revoke();
  journal_.begin_generation(1);
  EXPECT_EQ(rights_.take("", "0/0/2 "), "");
}

TEST_F(OfRights, DetectAnEndWithoutAReason) {
  EXPECT_THAT(shut_down("revoked"), HasSubstr("nobody has"));
  EXPECT_THAT(shut_down("expired"), HasSubstr("before the end"));
  EXPECT_THAT(refused(401), HasSubstr("is refused"));
  revoke();
  EXPECT_EQ(shut_down("revoked"), "");
  EXPECT_EQ(refused(401), "");
  EXPECT_THAT(refused(403), HasSubstr("is refused"));
}

TEST_F(OfRights, DetectAWrongTimeOfTheEnd) {
  EXPECT_THAT(rights_.take("stream-auth-expiring", R"({"expires_at":"2020-01-01T00:00:00Z"})"),
              HasSubstr("not that of the token"));
}

TEST_F(OfRights, ComeBackWithAnotherSession) {
  const Headers before = rights_.connect(0);
  revoke();
  const Headers after = rights_.connect(0);
  EXPECT_NE(before, after);
  EXPECT_EQ(rights_.take("stream-open", "{}"), "");
  EXPECT_TRUE(rights_.reads(1));
}

}  // namespace
}  // namespace e2e::faults
