#include "sidecar/app/drain_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sidestream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* table =
    "Num       RefCount Protocol Flags    Type St Inode Path\n"
    "0000000000000000: 00000002 00000000 00010000 0005 01 100 @sidestream-drain-1-a\n"
    "0000000000000000: 00000003 00000000 00000000 0005 03 101 @sidestream-drain-1-a\n"
    "0000000000000000: 00000002 00000000 00000000 0002 01 102 @sidestream-drain-1-b\n"
    "0000000000000000: 00000002 00000000 00010000 0001 01 103 /run/@sidestream-drain-1-c\n"
    "0000000000000000: 00000002 00000000 00010000 0005 01 104 @sidestream-drain-2-d\n"
    "0000000000000000: 00000003 00000000 00000000 0001 03 105\n";

TEST(DrainName, FindsListeningAbstractSocketsOnly) {
  EXPECT_THAT(find_drain_names(table, "sidestream-drain-1-"), ElementsAre("sidestream-drain-1-a"));
  EXPECT_THAT(find_drain_names(table, "sidestream-drain-3-"), IsEmpty());
  EXPECT_THAT(find_drain_names("", ""), IsEmpty());
}

TEST(DrainName, DiffersForEachProcessOfAConfiguration) {
  const auto name = make_drain_name("/etc/a.yaml");
  EXPECT_THAT(name, StartsWith(drain_name_prefix("/etc/a.yaml")));
  EXPECT_NE(name, make_drain_name("/etc/a.yaml"));
  EXPECT_LT(name.size(), sizeof(sockaddr_un::sun_path));
}

TEST(DrainName, DependsOnThePathAsWritten) {
  EXPECT_EQ(drain_name_prefix("/etc/b/../a.yaml"), drain_name_prefix("/etc/a.yaml"));
  EXPECT_NE(drain_name_prefix("/etc/b.yaml"), drain_name_prefix("/etc/a.yaml"));
}

}  // namespace
}  // namespace sidestream
