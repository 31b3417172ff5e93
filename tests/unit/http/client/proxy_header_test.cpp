#include "sidecar/http/client/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sidestream {
namespace {

using State = ProxyHeader::State;

const std::string magic("\r\n\r\n\0\r\nQUIT\n", 12);

// A header with this version and command, family and transport, and what follows the length.
std::string header(unsigned command, unsigned family, const std::string& rest) {
  std::string bytes = magic;
  bytes += static_cast<char>(command);
  bytes += static_cast<char>(family);
  bytes += static_cast<char>(rest.size() >> 8U);
  bytes += static_cast<char>(rest.size() & 255U);
  return bytes + rest;
}

const std::string ipv4("\xcb\x00\x71\x09\x0a\x00\x00\x01\x12\x67\x1f\x90", 12);
const std::string ipv6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x09" +
                         std::string(16, 'd') + "\x12\x67\x1f\x90";

std::string source(const ProxyHeader& header) {
  return header.source ? format_ip(*header.source) : "peer";
}

TEST(ProxyHeader, NamesTheIPv4Client) {
  const auto parsed = parse_proxy_header(header(0x21, 0x11, ipv4) + "GET / HTTP/1.1\r\n");
  EXPECT_EQ(parsed.state, State::complete);
  EXPECT_EQ(parsed.size, 28u);
  EXPECT_EQ(source(parsed), "203.0.113.9");
}

TEST(ProxyHeader, NamesTheIPv6Client) {
  const auto parsed = parse_proxy_header(header(0x21, 0x21, ipv6));
  EXPECT_EQ(parsed.state, State::complete);
  EXPECT_EQ(parsed.size, 52u);
  EXPECT_EQ(source(parsed), "2001:db8::9");
}

TEST(ProxyHeader, CountsTLVsInItsSize) {
  const auto whole = header(0x21, 0x11, ipv4 + std::string(40'000, 'x'));
  for (const std::size_t seen : {std::size_t{28}, std::size_t{100}, whole.size()}) {
    const auto parsed = parse_proxy_header(whole.substr(0, seen));
    EXPECT_EQ(parsed.state, State::complete) << seen;
    EXPECT_EQ(parsed.size, 16u + 12 + 40'000);
    EXPECT_EQ(source(parsed), "203.0.113.9");
  }
}

TEST(ProxyHeader, IsIncompleteAtEveryBeginning) {
  const auto whole = header(0x21, 0x21, ipv6);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_proxy_header(whole.substr(0, size)).state, State::incomplete) << size;
  }
}

TEST(ProxyHeader, MeansThePeerWithoutAnIPAddress) {
  for (const auto& bytes :
       {header(0x20, 0x00, ""), header(0x20, 0x11, ipv4), header(0x20, 0xff, ""),
        header(0x21, 0x00, ""), header(0x21, 0x31, std::string(216, '/'))}) {
    const auto parsed = parse_proxy_header(bytes);
    EXPECT_EQ(parsed.state, State::complete);
    EXPECT_EQ(parsed.size, bytes.size());
    EXPECT_EQ(source(parsed), "peer");
  }
}

TEST(ProxyHeader, IsInvalidWhenItIsSomethingElse) {
  for (const auto& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n"),
        std::string("\r\n\r\nGET"), std::string("\r\n\r\n\0\r\nQUIX", 11), header(0x11, 0x11, ipv4),
        header(0x22, 0x11, ipv4), header(0x21, 0x41, ipv4), header(0x21, 0x13, ipv4),
        header(0x21, 0x11, ipv4.substr(1)), header(0x21, 0x21, ipv4), header(0x21, 0x31, ipv4)}) {
    EXPECT_EQ(parse_proxy_header(bytes).state, State::invalid) << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace sidestream
