#include "sidecar/http/client/forwarded_for.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sidestream {
namespace {

const std::vector<Network> trusted{parse_network("10.0.0.0/8").value,
                                   parse_network("fd00::/8").value};
const AddressBytes peer = *parse_ip("10.0.0.1");

std::string text(const std::optional<AddressBytes>& address) {
  return address ? format_ip(*address) : "none";
}
std::string node(std::string_view element) { return text(parse_node(element)); }
std::string in_xff(std::string_view list) {
  return text(find_in_x_forwarded_for(list, peer, trusted));
}
std::string in_forwarded(std::string_view list) {
  return text(find_in_forwarded(list, peer, trusted));
}

TEST(Node, IsAnAddressWithoutItsPort) {
  EXPECT_EQ(node("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(node("203.0.113.9:4711"), "203.0.113.9");
  EXPECT_EQ(node("203.0.113.9:_secret"), "203.0.113.9") << "RFC 7239, 6.3: an obfuscated port";
  EXPECT_EQ(node("2001:db8::9"), "2001:db8::9");
  EXPECT_EQ(node("[2001:db8::9]"), "2001:db8::9");
  EXPECT_EQ(node("[2001:db8::9]:443"), "2001:db8::9");
  EXPECT_EQ(node("\"[2001:db8::9]:443\""), "2001:db8::9");
  EXPECT_EQ(node(" \"203.0.113.9\" "), "none") << "callers trim";
  EXPECT_EQ(node("fe80::1%eth0"), "fe80::1");
}

TEST(Node, IsIPv4WhenItIsMappedIntoIPv6) {
  EXPECT_EQ(node("::ffff:203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(node("[::ffff:cb00:7109]:80"), "203.0.113.9");
}

TEST(Node, IsNothingWhenItIsObfuscatedOrMalformed) {
  for (const auto* element :
       {"", "unknown", "_hidden", "_gazonk:80", "203.0.113", "203.0.113.9:", "203.0.113.9:80 x",
        "203.0.113.9 x", "[2001:db8::9", "[203.0.113.9]", "[2001:db8::9]443", "2001:db8::9]",
        "example.com", "\"", "1.2.3.4\n"}) {
    EXPECT_EQ(node(element), "none") << element;
  }
}

TEST(XForwardedFor, GivesTheRightmostUntrustedAddress) {
  EXPECT_EQ(in_xff("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(in_xff("198.51.100.1, 203.0.113.9"), "203.0.113.9") << "the left one may be forged";
  EXPECT_EQ(in_xff("198.51.100.1, 203.0.113.9, 10.1.1.1, fd00::7"), "203.0.113.9");
  EXPECT_EQ(in_xff("203.0.113.9 ,10.1.1.1:80"), "203.0.113.9");
}

TEST(XForwardedFor, GivesTheLeftmostWhenAllAreTrusted) {
  EXPECT_EQ(in_xff("10.9.9.9, 10.1.1.1"), "10.9.9.9");
}

TEST(XForwardedFor, EndsAtAnElementThatIsNoAddress) {
  EXPECT_EQ(in_xff("203.0.113.9, unknown, 10.1.1.1"), "10.1.1.1");
  EXPECT_EQ(in_xff("203.0.113.9, _hidden"), "10.0.0.1") << "the peer";
}

TEST(XForwardedFor, SkipsEmptyElements) {
  EXPECT_EQ(in_xff("203.0.113.9, , 10.1.1.1,"), "203.0.113.9");
  EXPECT_EQ(in_xff(""), "none");
  EXPECT_EQ(in_xff(" , "), "none");
}

TEST(Forwarded, GivesTheRightmostUntrustedFor) {
  EXPECT_EQ(in_forwarded("for=203.0.113.9;proto=http;by=10.0.0.1"), "203.0.113.9");
  EXPECT_EQ(in_forwarded("for=1.1.1.1, For=\"[2001:db8::9]:4711\";proto=https, for=10.1.1.1"),
            "2001:db8::9");
  EXPECT_EQ(in_forwarded("proto=http; FOR = 203.0.113.9"), "203.0.113.9");
}

TEST(Forwarded, EndsAtAnElementWithoutOneFor) {
  EXPECT_EQ(in_forwarded("for=203.0.113.9, for=_hidden, for=10.1.1.1"), "10.1.1.1");
  EXPECT_EQ(in_forwarded("for=203.0.113.9, proto=https"), "10.0.0.1");
  EXPECT_EQ(in_forwarded("for=203.0.113.9;for=198.51.100.1"), "10.0.0.1");
}

TEST(Forwarded, ReadsTheRightEndWhateverStandsLeftOfIt) {
  EXPECT_EQ(in_forwarded("for=\"x, for=203.0.113.9"), "203.0.113.9") << "an unfinished quote";
  EXPECT_EQ(in_forwarded("for=\"x\\\", for=203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(in_forwarded("\", for=203.0.113.9;host=\"a,b\""), "203.0.113.9");
  EXPECT_EQ(in_forwarded("for=203.0.113.9;host=\"a\\\",for=1.1.1.1\""), "203.0.113.9");
  EXPECT_EQ(in_forwarded("host=\"a;for=1.1.1.1\";for=203.0.113.9"), "203.0.113.9");
}

}  // namespace
}  // namespace sidestream
