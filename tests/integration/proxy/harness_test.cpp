// The bench itself, without a sidecar: what it calls canonical is, and what it plays arrives.

#include <gtest/gtest.h>

#include "tests/integration/proxy/harness/app.hpp"
#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

TEST(ProxyHarness, TakesCanonicalRequests) {
  const auto request =
      parse_request(request_text("POST /x?y", {"A: b", "a: c", "Content-Length: 4"}));
  EXPECT_EQ(request.method(), "POST");
  EXPECT_EQ(request.target(), "/x?y");
  EXPECT_EQ(request.value("A"), "b, c");
  EXPECT_EQ(request_framing(request).length, 4u);
}

TEST(ProxyHarness, RefusesOtherRequests) {
  for (const std::string lines :
       {"GET  / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", "GET / HTTP/1.0\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n",
        "GET / HTTP/1.1\r\nHost: a\rb\r\n", "GET / HTTP/1.1\r\nHost: a\nb: c\r\n",
        "GET / HTTP/1.1\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n"}) {
    EXPECT_THROW(parse_request(lines + "\r\n"), WireError) << lines;
  }
}

// The client speaks to the app directly.
class ProxyHarnessApp : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(On, ProxyHarnessApp, testing::Values("tcp"), kind_name);

TEST_P(ProxyHarnessApp, RecordsRequests) {
  Listener listener(GetParam());
  App app(listener);
  const auto address = Address::parse(std::string_view(listener.url()).substr(7));
  Peer client{Socket(address)};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.ask(request_text("PUT /a", {}, "text")).body, "PUT /a\ntext");
  }
  client.send(request_text("PUT /b", {"Transfer-Encoding: chunked"}) + chunk("one") + chunk("two") +
              "0\r\nTrailer-Field: x\r\n\r\n");
  EXPECT_EQ(client.answer().body, "PUT /b\nonetwo");
  Peer half{Socket(address)};
  half.send("PUT /c HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_TRUE(half.is_quiet(50ms));
  half.close();
  Peer odd{Socket(address)};
  odd.send("PUT /c HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde");
  EXPECT_TRUE(odd.closes());
  ASSERT_TRUE(eventually([&] { return app.account().cut.size() == 1; }));
  const auto account = app.account();
  EXPECT_EQ(account.requests.size(), 4u);
  EXPECT_EQ(account.requests.back().trailers.size(), 1u);
  EXPECT_EQ(account.odd.size(), 1u);
}

TEST(ProxyHarness, HangsWhenFilledAndRefusesWhenClosed) {
  Listener listener("tcp", 0);
  listener.fill();
  const auto url = listener.url();
  EXPECT_NE(url.find("http://127.0.0.1:"), std::string::npos);
  listener.close();
  EXPECT_THROW(Socket(Address::parse(std::string_view(url).substr(7))), WireError);
  listener.open();
  EXPECT_EQ(listener.url(), url);
  EXPECT_NO_THROW(Socket(Address::parse(std::string_view(url).substr(7))));
}

}  // namespace
}  // namespace e2e
