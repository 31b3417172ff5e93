#include "sidecar/http/protocol/host.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sidecar/http/protocol/framing.hpp"

namespace sidestream {
namespace {

TEST(Host, TakesNamesAddressesAndPorts) {
  for (const auto* host :
       {"a", "shop.example:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:80", "[v1.a!b]",
        "my_app", "a:", "xn--bcher-kva.example", "a%20b", "a;b=c"}) {
    EXPECT_TRUE(is_host(host)) << host;
  }
}

TEST(Host, RefusesAnythingElse) {
  for (const auto* host : {"",      ":80",  "[abcd::1", "[::1", "::1",   "foo:99999", "foo:65536",
                           "foo:x", "a b",  "a,b",      "a@b",  "a/b",   "a\\b",      "a?b",
                           "a#b",   "a\"b", "a%zz",     "[]",   "[::g]", "a:1:2",     "\xff"}) {
    EXPECT_FALSE(is_host(host)) << host;
  }
}

unsigned fault(unsigned version, const std::vector<std::string>& hosts) {
  RequestHeader request;
  request.version(version);
  for (const auto& host : hosts) request.insert(boost::beast::http::field::host, host);
  const auto response = find_host_fault(request);
  return response ? response->status : 0;
}

TEST(HostFault, IsAllButOneValidHost) {
  EXPECT_EQ(fault(11, {"a"}), 0u);
  EXPECT_EQ(fault(11, {}), 400u);
  EXPECT_EQ(fault(11, {"a", "a"}), 400u);
  EXPECT_EQ(fault(11, {"a/b@c"}), 400u);
  EXPECT_EQ(fault(11, {""}), 400u);
}

TEST(HostFault, IsNoneWithoutHostInHttp10) {
  EXPECT_EQ(fault(10, {}), 0u);
  EXPECT_EQ(fault(10, {"a"}), 0u);
  EXPECT_EQ(fault(10, {"a", "b"}), 400u);
  EXPECT_EQ(fault(10, {"a/b"}), 400u);
}

}  // namespace
}  // namespace sidestream
