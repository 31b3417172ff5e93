#include "sidecar/auth/subject_hash.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(SubjectHash, TellsPeopleApartAndDependsOnItsSalt) {
  const SubjectHash one, other;
  EXPECT_EQ(one.of("alice"), one.of("alice"));
  EXPECT_NE(one.of("alice"), one.of("bob"));
  EXPECT_NE(one.of("alice"), other.of("alice"));
  EXPECT_EQ(one.of("alice").size(), 16u);
  EXPECT_EQ(one.of("alice").find_first_not_of("0123456789abcdef"), std::string::npos);
}

}  // namespace
}  // namespace sidestream
