#include "sidecar/settings/upstream_url.hpp"

#include <gtest/gtest.h>

namespace sidestream::test {
namespace {

TEST(UpstreamUrl, AcceptsHostsAndSockets) {
  const std::pair<const char*, UpstreamAddress> good[] = {
      {"http://127.0.0.1:8000", {"127.0.0.1", 8000, ""}},
      {"http://app:8000/", {"app", 8000, ""}},
      {"http://localhost", {"localhost", 80, ""}},
      {"http://[::1]:8000", {"::1", 8000, ""}},
      {"unix:/run/app.sock", {"", 80, "/run/app.sock"}},
      {"unix:///run/app.sock", {"", 80, "/run/app.sock"}},
  };
  for (const auto& [text, address] : good) {
    const auto parsed = parse_upstream_url(text);
    EXPECT_EQ(parsed.error, "") << text;
    EXPECT_EQ(parsed.value, address) << text;
  }
}

TEST(UpstreamUrl, RefusesOtherText) {
  for (const auto* text :
       {"", "127.0.0.1:8000", "https://app", "http://", "http://app:0", "http://app:x",
        "http://app/path", "http://u:p@app", "http://a b", "http://[app]:80", "unix:app.sock",
        "unix:/", "ftp://app", "http://app?x"}) {
    EXPECT_NE(parse_upstream_url(text).error, "") << text;
  }
  EXPECT_NE(parse_upstream_url("unix:/" + std::string(120, 'a')).error, "");
}

TEST(UpstreamUrl, AcceptsRequestPaths) {
  EXPECT_TRUE(is_request_path("/healthz?full=1"));
  for (const auto* path : {"", "healthz", "/a b", "/a\r\n", "/a#b", "/\xc3\xa4"}) {
    EXPECT_FALSE(is_request_path(path)) << path;
  }
}

}  // namespace
}  // namespace sidestream::test
