#include "sidecar/http/protocol/host.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace sidestream
