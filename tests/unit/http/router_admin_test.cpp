// The routes of the admin port.
#include <algorithm>
#include <string>

#include "router_fixture.hpp"

namespace sidestream::test {
namespace {

TEST_F(RouterTest, GuardsTheAdminPort) {
  const auto admin = [this](Fields headers) {
    return std::get<Response>(route("GET", "/topics", Port::admin, std::move(headers)));
  };
  EXPECT_EQ(admin({{"host", "rebind.evil.example"}}).status, 421u);
  EXPECT_EQ(admin({{"host", "localhost"}, {"sec-fetch-site", "cross-site"}}).status, 403u);
  const auto page = admin({{"host", "localhost"}});
  EXPECT_EQ(page.status, 200u);
  const Fields& headers = page.headers;
  EXPECT_EQ(std::count(headers.begin(), headers.end(),
                       std::pair<std::string, std::string>("X-Frame-Options", "DENY")),
            1);
  serving_.server.admin_hosts = {"rebind.evil.example"};
  EXPECT_EQ(admin({{"host", "rebind.evil.example:9090"}}).status, 200u);
}

TEST_F(RouterTest, ServesAdminPagesOnTheAdminPortOnly) {
  EXPECT_EQ(status("GET", "/livez"), 404u);
  EXPECT_EQ(status("GET", "/livez", Port::admin), 200u);
  EXPECT_EQ(status("GET", "/events/orders", Port::admin), 404u);  // no console here
  EXPECT_EQ(status("POST", "/metrics", Port::admin), 405u);
}

TEST_F(RouterTest, LeavesReadinessToTheCaller) {
  EXPECT_TRUE(
      std::holds_alternative<AdminPages::AskReadiness>(route("HEAD", "/readyz", Port::admin)));
  EXPECT_EQ(status("POST", "/readyz", Port::admin), 405u);
  EXPECT_EQ(status("GET", "/readyz"), 404u);
}

TEST_F(RouterTest, IsNotReadyWhileDraining) {
  EXPECT_EQ(pages_.readiness(nullptr, {}).status, 200u);
  lifecycle_.advance(Lifecycle::Phase::draining);
  EXPECT_EQ(pages_.readiness(nullptr, {}).status, 503u);
}

TEST_F(RouterTest, ReadinessFollowsTheUpstreamApp) {
  const AppState up(true, "200"), down(false, "no answer within 2s");
  EXPECT_EQ(pages_.readiness(nullptr, {}).body.find("upstream"), std::string::npos);
  EXPECT_EQ(pages_.readiness(&up, {}).status, 200u);
  const Response waiting = pages_.readiness(&down, {});
  EXPECT_EQ(waiting.status, 503u);
  EXPECT_NE(waiting.body.find(R"("status":"waiting for the upstream app")"), std::string::npos);
  EXPECT_NE(waiting.body.find(R"("upstream":{"ready":false,"detail":"no answer within 2s"})"),
            std::string::npos);
}

TEST_F(RouterTest, ReportsDrainingWhateverTheAppAnswers) {
  const AppState up(true, "200"), down(false, "503");
  lifecycle_.advance(Lifecycle::Phase::draining);
  for (const AppState* app : {&up, &down}) {
    const Response page = pages_.readiness(app, {});
    EXPECT_EQ(page.status, 503u);
    EXPECT_NE(page.body.find(R"("status":"draining")"), std::string::npos);
  }
}

TEST_F(RouterTest, StartsTheDrainByHttpOnlyWhenEnabled) {
  EXPECT_EQ(status("POST", "/drain", Port::admin), 404u);
  serving_.server.drain_http = true;
  EXPECT_EQ(status("POST", "/drain"), 404u) << "the public port";
  EXPECT_EQ(status("DELETE", "/drain", Port::admin), 405u);
  EXPECT_FALSE(lifecycle_.is_draining());
  EXPECT_EQ(status("GET", "/drain", Port::admin), 405u) << "an image could send it";
  EXPECT_FALSE(lifecycle_.is_draining());
  EXPECT_EQ(status("POST", "/drain", Port::admin), 200u);
  EXPECT_TRUE(lifecycle_.is_draining());
}

}  // namespace
}  // namespace sidestream::test
