#include "sidecar/http/client/client.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

AddressKey key(std::string_view address) { return address_key(*parse_ip(address)); }

const std::vector<Network> trusted{parse_network("10.0.0.0/8").value};
const AddressBytes proxy = *parse_ip("10.0.0.1");
const AddressBytes stranger = *parse_ip("198.51.100.7");

std::string client(const Peer& peer, std::string_view xff, std::string_view forwarded) {
  return format_ip(find_client(peer, xff, forwarded, trusted).address);
}

TEST(AddressKey, CountsIPv6BySlash64) {
  EXPECT_EQ(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
}

TEST(AddressKey, CountsIPv4ByAddress) {
  EXPECT_NE(key("203.0.113.9"), key("203.0.113.10"));
  EXPECT_EQ(key("203.0.113.9"), key("::ffff:203.0.113.9"));
  EXPECT_NE(key("0.0.0.1"), key("::1")) << "IPv4 does not share the /64 of ::ffff:0:0/96";
}

TEST(AddressKey, GivesItsFirstAddress) {
  EXPECT_EQ(format_ip(first_address(key("203.0.113.9"))), "203.0.113.9");
  EXPECT_EQ(format_ip(first_address(key("2001:db8:1:2::9"))), "2001:db8:1:2::");
}

TEST(Client, IsThePeerWhenThePeerIsNotTrusted) {
  const Peer peer = make_peer(stranger, stranger, trusted);
  EXPECT_FALSE(peer.trusted);
  EXPECT_EQ(client(peer, "203.0.113.9", "for=203.0.113.9"), "198.51.100.7");
}

TEST(Client, IsInXForwardedForWhenThePeerIsTrusted) {
  const Peer peer = make_peer(proxy, proxy, trusted);
  EXPECT_EQ(client(peer, "203.0.113.9", ""), "203.0.113.9");
  EXPECT_EQ(client(peer, "", ""), "10.0.0.1");
}

TEST(Client, IsInForwardedOnlyWithoutXForwardedFor) {
  const Peer peer = make_peer(proxy, proxy, trusted);
  EXPECT_EQ(client(peer, "", "for=203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client(peer, "203.0.113.1", "for=203.0.113.9"), "203.0.113.1");
  EXPECT_EQ(client(peer, "unknown", "for=203.0.113.9"), "10.0.0.1");
}

TEST(Client, IsTheAddressOfThePROXYHeader) {
  const Peer peer = make_peer(proxy, stranger, trusted);
  EXPECT_FALSE(peer.trusted) << "the balancer is trusted, but the header names a stranger";
  EXPECT_EQ(client(peer, "203.0.113.9", ""), "198.51.100.7");
  const Client found = find_client(peer, "", "", trusted);
  EXPECT_EQ(format_ip(found.peer), "10.0.0.1");
  EXPECT_EQ(found.key(), address_key(stranger));
}

TEST(Client, IsInXForwardedForWhenThePROXYHeaderNamesATrustedProxy) {
  const Peer peer = make_peer(stranger, proxy, trusted);
  EXPECT_EQ(client(peer, "203.0.113.9", ""), "203.0.113.9");
}

}  // namespace
}  // namespace sidestream
