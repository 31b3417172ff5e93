#include "sidecar/settings/network.hpp"

#include <gtest/gtest.h>

namespace sidestream::test {
namespace {

bool contains(std::string_view network, std::string_view address) {
  const auto parsed = parse_network(network);
  EXPECT_EQ(parsed.error, "") << network;
  return parsed.value.contains(*parse_ip(address));
}

TEST(Network, ContainsItsAddressesOnly) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(contains("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(contains("fd00::/8", "fdff::1"));
  EXPECT_FALSE(contains("fd00::/8", "fe00::1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1")) << "IPv4 only";
  EXPECT_TRUE(contains("::/0", "203.0.113.9")) << "everything";
}

TEST(Network, TreatsMappedIpv4LikeIpv4) { EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3")); }

TEST(Network, RefusesOtherText) {
  for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8",
                           "10.0.0", "fd00::/129", "localhost", "10.0.0.1/8", "[::1]"}) {
    EXPECT_NE(parse_network(text).error, "") << text;
  }
}

}  // namespace
}  // namespace sidestream::test
