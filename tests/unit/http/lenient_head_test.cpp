#include "sidecar/http/proxy/lenient_head.hpp"

#include <gtest/gtest.h>

#include "sidecar/http/proxy/chunk_size.hpp"

namespace sidestream {
namespace {

TEST(LenientHead, RewritesLineEndsVersionAndStatusLine) {
  const auto text = [](std::string_view received) {
    const auto head = canonicalize_head(received);
    return head ? head->text + "|" + std::string(received.substr(head->size)) : "";
  };
  EXPECT_EQ(text("HTTP/1.1 200 OK\nA: b\n\nbody"), "HTTP/1.1 200 OK\r\nA: b\r\n\r\n|body");
  EXPECT_EQ(text("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n|");
  EXPECT_EQ(text("HTTP/1.1 200 OK\nA: b\r\n\nx\n\n"), "HTTP/1.1 200 OK\r\nA: b\r\n\r\n|x\n\n");
  EXPECT_EQ(text("HTTP/1.1 200\r\n\r\n"), "HTTP/1.1 200 \r\n\r\n|");
  EXPECT_EQ(text("HTTP/1.2 200 OK\r\n\r\n"), "HTTP/1.1 200 OK\r\n\r\n|");
  EXPECT_EQ(text("HTTP/1.0 204\n\n"), "HTTP/1.0 204 \r\n\r\n|");
}

TEST(LenientHead, LeavesOtherHeadsAlone) {
  for (const auto* received :
       {"", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nA: b\n", "HTTP/2.0 200 OK\n\n",
        "\nHTTP/1.1 200 OK\n\n", "HTTP/1.1 20\n\n", "HTTP/1.1200 OK\n\n", "hello\n\n"}) {
    EXPECT_FALSE(canonicalize_head(received)) << received;
  }
}

TEST(LenientHead, TellsPartialHeads) {
  for (const auto* received :
       {"", "HTT", "HTTP/1.1 200", "HTTP/1.1 200\r\n", "HTTP/1.1 200\nA: b\n"}) {
    EXPECT_TRUE(is_partial_head(received)) << received;
  }
  for (const auto* received :
       {"hello", "HTTP/2", "HTTP/1.1 200\n\n", "HTTP/1.1 200 OK\r\n\r\nbody"}) {
    EXPECT_FALSE(is_partial_head(received)) << received;
  }
}

TEST(ChunkSize, TurnsBlanksIntoZeros) {
  const auto padded = [](std::string line) {
    return pad_chunk_size(boost::asio::buffer(line)) ? line : "";
  };
  EXPECT_EQ(padded("5  \r\nhello"), "005\r\nhello");
  EXPECT_EQ(padded("\r\n1a\t\r\n"), "\r\n01a\r\n");
  for (const auto* line : {"5\r\n", " 5\r\n", "\r\n", "5 x\r\n", "x \r\n", ""}) {
    EXPECT_EQ(padded(line), "") << line;
  }
}

}  // namespace
}  // namespace sidestream
