#include "sidecar/settings/address.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

ListenAddress address(std::string_view text) {
  const auto parsed = parse_listen(text);
  EXPECT_EQ(parsed.error, "") << text;
  return parsed.value;
}

TEST(ListenAddress, AcceptsAddressesAndPorts) {
  EXPECT_EQ(address("[::]:8080").text(), "[::]:8080");
  EXPECT_EQ(address(":8080").text(), "[::]:8080");
  EXPECT_EQ(address("127.0.0.1:0").text(), "127.0.0.1:0");
  EXPECT_EQ(address("[0:0::1]:80").text(), "[::1]:80");
  EXPECT_EQ(address("[::1]:80").host, "::1");
  EXPECT_EQ(address("0.0.0.0:65535").port, 65535);
}

TEST(ListenAddress, RefusesOtherText) {
  for (const char* text : {"", ":", "8080", "::", "[]:80", "1.2.3:80", "256.0.0.1:80",
                           "localhost:80", "a:80", "[::]:80 ", " [::]:80", "[::]:-1", "[::]:080",
                           "[::]80", "1.2.3.4:80:80", "[fe80::1%eth0]:80"})
    EXPECT_NE(parse_listen(text).error, "") << text;
  EXPECT_NE(parse_listen(std::string_view("1.2.3.4\0:80", 11)).error, "");
}

TEST(ListenAddress, CollidesWhenOneProcessCannotBindBoth) {
  const auto collide = [](const char* a, const char* b) {
    EXPECT_EQ(address(a).collides(address(b)), address(b).collides(address(a)));
    return address(a).collides(address(b));
  };
  EXPECT_TRUE(collide("[::]:80", "[::]:80"));
  EXPECT_TRUE(collide("[::]:80", "127.0.0.1:80"));
  EXPECT_TRUE(collide("0.0.0.0:80", "127.0.0.1:80"));
  EXPECT_TRUE(collide("[0::1]:80", "[::1]:80"));
  EXPECT_FALSE(collide("[::]:80", "[::]:81"));
  EXPECT_FALSE(collide("[::]:0", "[::]:0"));
  EXPECT_FALSE(collide("127.0.0.1:80", "127.0.0.2:80"));
  EXPECT_FALSE(collide("0.0.0.0:80", "[::1]:80"));
}

TEST(Origin, AcceptsWhatBrowsersSend) {
  for (const char* text : {"https://app.example.com", "http://localhost:5173", "https://a.b:8443",
                           "http://[::1]:3000", "http://127.0.0.1", "capacitor://localhost",
                           "http://a:443", "https://xn--bcher-kva.example"})
    EXPECT_EQ(check_origin(text), "") << text;
}

TEST(Origin, RefusesWhatBrowsersNeverSend) {
  for (const char* text : {"",
                           "*",
                           "null",
                           "app.example.com",
                           "//app",
                           "https:/a",
                           "https://",
                           "https://a/",
                           "https://a?b",
                           "https://a#b",
                           "https://A",
                           "https://*.a",
                           "https://a:443",
                           "http://a:80",
                           "https://a:",
                           "https://a:b",
                           "https://u@a",
                           "https://a b",
                           "https://[::1",
                           "https://[x]",
                           "1https://a"})
    EXPECT_NE(check_origin(text), "") << text;
}

}  // namespace
}  // namespace sidestream
