#include "sidecar/fetch/url.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

TEST(FetchUrlTest, ReadsEveryPart) {
  const auto url = parse_fetch_url("https://me:p%40ss@api.example.com:8443/a%20b?x=1&y#part");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "api.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a%20b?x=1&y");
  EXPECT_EQ(url->userinfo, "me:p@ss");
  EXPECT_EQ(url->authority(), "api.example.com:8443");
}

TEST(FetchUrlTest, DefaultsPortAndPath) {
  EXPECT_EQ(parse_fetch_url("http://a")->port, 80);
  EXPECT_EQ(parse_fetch_url("https://a")->port, 443);
  EXPECT_EQ(parse_fetch_url("http://a")->target, "/");
  EXPECT_EQ(parse_fetch_url("http://a?q=1")->target, "/?q=1");
  EXPECT_EQ(parse_fetch_url("https://a:443/")->authority(), "a");
}

TEST(FetchUrlTest, ReadsIpv6Literals) {
  const auto url = parse_fetch_url("http://[::1]:81/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:81");
  EXPECT_TRUE(url->is_address());
}

TEST(FetchUrlTest, RefusesWhatIsNotHttp) {
  for (const char* text :
       {"", "a", "/path", "ftp://a/", "http://", "http://a:0/", "http://a:70000/", "http://a b/",
        "http://a/\r\nX: 1", "unix:/run/a.sock"}) {
    const auto url = parse_fetch_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, FetchErrc::invalid_request) << text;
  }
}

TEST(FetchUrlTest, HidesSecrets) {
  EXPECT_EQ(hide_secrets("https://me:secret@a:1/p?token=secret#secret"), "https://***@a:1/p?***");
  EXPECT_EQ(hide_secrets("http://a/p"), "http://a/p");
  EXPECT_EQ(hide_secrets("http://me:se/cret@a/p"), "http://***");
  EXPECT_EQ(hide_secrets("http://me:1/cret@a/p"), "http://***");
  EXPECT_EQ(hide_secrets("http://me:se?cret@a/p?secret"), "http://***");
  EXPECT_EQ(hide_secrets("http:/a b?secret"), "http:/a b?***");
}

}  // namespace
}  // namespace sidestream
