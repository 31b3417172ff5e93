#include "sidecar/fetch/request.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

std::string encode(const FetchRequest& request) {
  const auto url = parse_fetch_url(request.url);
  const auto bytes = encode_request(request, *url);
  return bytes ? *bytes : "ERROR " + bytes.error().text;
}

TEST(FetchRequestTest, EncodesAGet) {
  EXPECT_EQ(encode(FetchRequest("http://a:81/p?q")),
            "GET /p?q HTTP/1.1\r\nHost: a:81\r\nUser-Agent: sidestream\r\n\r\n");
}

TEST(FetchRequestTest, EncodesAPostWithItsBody) {
  FetchRequest request("https://me:pw@a/");
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "text/plain");
  request.body = "hello";
  EXPECT_EQ(encode(request),
            "POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: sidestream\r\nAuthorization: Basic "
            "bWU6cHc=\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello");
}

TEST(FetchRequestTest, SendsAnExplicitTargetAsItIs) {
  FetchRequest request("http://a/p?q");
  request.target = "/x|y";
  EXPECT_EQ(encode(request), "GET /x|y HTTP/1.1\r\nHost: a\r\nUser-Agent: sidestream\r\n\r\n");
  request.target = "/x y";
  EXPECT_EQ(encode(request).substr(0, 6), "ERROR ");
}

TEST(FetchRequestTest, ReplacesItsOwnHeaders) {
  FetchRequest request("http://me:pw@a/");
  request.keep_alive = false;
  request.headers = {{"host", "b"}, {"user-agent", "c"}, {"AUTHORIZATION", "Bearer t"}};
  EXPECT_EQ(encode(request),
            "GET / HTTP/1.1\r\nHost: b\r\nConnection: close\r\nuser-agent: c\r\n"
            "AUTHORIZATION: Bearer t\r\n\r\n");
}

TEST(FetchRequestTest, RefusesInjectedHeaders) {
  const FetchHeaders unsafe = {{"A", "1\r\nB: 2"},
                               {"A\r\nB", "1"},
                               {"A", std::string(1, '\0')},
                               {"", "1"},
                               {"A B", "1"},
                               {"Transfer-Encoding", "chunked"},
                               {"content-length", "1"}};
  for (const auto& header : unsafe) {
    FetchRequest request("http://a/");
    request.headers = {header};
    EXPECT_EQ(encode(request).substr(0, 6), "ERROR ") << header.first;
  }
  FetchRequest request("http://a/");
  request.method = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(encode(request).substr(0, 6), "ERROR ");
}

TEST(FetchRequestTest, HidesSecretsInItsErrors) {
  FetchRequest request("http://me:secret@a/?secret");
  request.headers = {{"Authorization", "secret\n"}};
  EXPECT_EQ(encode(request).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace sidestream
