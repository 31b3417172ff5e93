#include "sidecar/http/handlers/cross_site.hpp"

#include <gtest/gtest.h>

#include "sidecar/http/handlers/admin_guard.hpp"

namespace sidestream {
namespace {

Request request(Fields headers, std::string method = "POST") {
  Request made;
  made.method = std::move(method);
  made.headers = std::move(headers);
  return made;
}

TEST(CrossSite, ComparesHostAndPortButNotTheScheme) {
  EXPECT_TRUE(is_same_host("https://app.example.com", "app.example.com"));
  EXPECT_TRUE(is_same_host("http://App.example.com", "app.Example.com"));
  EXPECT_TRUE(is_same_host("https://app.example.com", "app.example.com:443"));
  EXPECT_TRUE(is_same_host("http://localhost:8080", "localhost:8080"));
  EXPECT_TRUE(is_same_host("http://[::1]:8080", "[::1]:8080"));
  EXPECT_FALSE(is_same_host("http://localhost:8081", "localhost:8080"));
  EXPECT_FALSE(is_same_host("https://app.example.com", "app.example.com:8443"));
  EXPECT_FALSE(is_same_host("https://evil.example", "app.example.com"));
  EXPECT_FALSE(is_same_host("null", "null"));
  EXPECT_FALSE(is_same_host("https://", ""));
}

TEST(CrossSite, IsAnOriginThatIsNeitherOwnNorListed) {
  const CorsSettings cors{{"https://app.example.com"}, false};
  EXPECT_TRUE(is_cross_site(request({{"host", "h"}, {"origin", "https://evil.example"}}), cors));
  EXPECT_TRUE(is_cross_site(request({{"host", "h"}, {"origin", "null"}}), cors));
  EXPECT_FALSE(
      is_cross_site(request({{"host", "h"}, {"origin", "https://app.example.com"}}), cors));
  EXPECT_FALSE(is_cross_site(request({{"host", "h"}, {"origin", "https://h"}}), cors));
  EXPECT_FALSE(is_cross_site(request({{"host", "h"}}), cors)) << "not a browser";
}

TEST(CrossSite, IsEveryForeignOriginWhenAllMayRead) {
  const CorsSettings any{{"*"}, false};
  EXPECT_TRUE(is_cross_site(request({{"host", "h"}, {"origin", "https://evil.example"}}), any));
  EXPECT_TRUE(is_cross_site(request({{"host", "h"}, {"origin", "*"}}), any));
}

TEST(CrossSite, IsMarkedByTheBrowserWithoutAnOrigin) {
  EXPECT_TRUE(is_cross_site(request({{"sec-fetch-site", "cross-site"}}), {}));
  for (const auto* site : {"same-origin", "same-site", "none"})
    EXPECT_FALSE(is_cross_site(request({{"sec-fetch-site", site}}), {})) << site;
}

TEST(CrossSite, BelievesXForwardedHostOfATrustedProxyOnly) {
  Request made = request({{"host", "sidestream.pod"},
                          {"x-forwarded-host", "app.example.com"},
                          {"origin", "https://app.example.com"}});
  EXPECT_TRUE(is_cross_site(made, {}));
  made.from_trusted_proxy = true;
  EXPECT_FALSE(is_cross_site(made, {}));
}

unsigned admin(Fields headers, std::string path = "topics") {
  Request made = request(std::move(headers), "GET");
  made.segments = {std::move(path)};
  const auto refused = check_admin(made, {"sidestream.prod.svc"});
  return refused ? refused->status : 200;
}

TEST(AdminGuard, AnswersUnderItsOwnNames) {
  for (const auto* host :
       {"localhost", "localhost:9090", "a.localhost:1", "127.0.0.1:9090", "10.1.2.3", "[::1]:9090",
        "[fe80::1]", "sidestream.prod.svc:9090", "Sidestream.Prod.svc"}) {
    EXPECT_EQ(admin({{"host", host}}), 200u) << host;
  }
  EXPECT_EQ(admin({}), 200u) << "HTTP/1.0";
  for (const auto* host : {"rebind.evil.example", "evil.example:9090", "localhost.evil.example",
                           "127.0.0.1.evil.example", "[::1", "xlocalhost", ""}) {
    EXPECT_EQ(admin({{"host", host}}), 421u) << host;
  }
}

TEST(AdminGuard, AnswersHealthUnderAnyName) {
  const Fields foreign{{"host", "evil.example"}, {"sec-fetch-site", "cross-site"}};
  EXPECT_EQ(admin(foreign, "livez"), 200u);
  EXPECT_EQ(admin(foreign, "readyz"), 200u);
}

TEST(AdminGuard, RefusesOtherSitesExceptLinks) {
  EXPECT_EQ(admin({{"host", "localhost"}, {"sec-fetch-site", "cross-site"}}), 403u);
  EXPECT_EQ(admin({{"host", "localhost:9090"}, {"origin", "https://evil.example"}}), 403u);
  EXPECT_EQ(admin({{"host", "localhost:9090"}, {"origin", "http://localhost:9090"}}), 200u);
  EXPECT_EQ(admin({{"host", "localhost"},
                   {"sec-fetch-site", "cross-site"},
                   {"sec-fetch-mode", "navigate"},
                   {"sec-fetch-dest", "document"}}),
            200u);
  EXPECT_EQ(admin({{"host", "localhost"},
                   {"sec-fetch-site", "cross-site"},
                   {"sec-fetch-mode", "navigate"},
                   {"sec-fetch-dest", "iframe"}}),
            403u);
}

TEST(AdminGuard, KeepsPagesOutOfFramesCachesAndOtherOrigins) {
  Fields headers{{"Cache-Control", "no-cache"}};
  add_admin_headers(headers);
  EXPECT_EQ(headers, (Fields{{"Cache-Control", "no-store"},
                             {"Content-Security-Policy", "frame-ancestors 'none'"},
                             {"X-Frame-Options", "DENY"},
                             {"X-Content-Type-Options", "nosniff"},
                             {"Cross-Origin-Resource-Policy", "same-origin"}}));
}

}  // namespace
}  // namespace sidestream
