// Bodies of any size pass through a process that stays small, and slow sides hold back fast ones.

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/integration/proxy/harness/proxy_stage.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

ON_BOTH(ProxyVolume);

constexpr std::uint64_t MiB = 1024 * 1024;

// The whole body of `size` bytes is this, again and again: a prime length, so that no buffer's size
// hides a part that is left out.
const std::string& pattern() {
  static const std::string text = [] {
    std::string bytes(1'048'583, '\0');
    std::uint32_t state = 1;
    for (auto& byte : bytes) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
  }();
  return text;
}

void send_body(Peer& to, std::uint64_t size) {
  while (size > 0) {
    const auto n = std::min<std::uint64_t>(size, pattern().size());
    to.socket().send(std::string_view(pattern()).substr(0, n), 60s * patience);
    size -= n;
  }
}

// How much of it came, up to `size`, and as it was sent.
std::uint64_t receive_body(Peer& from, std::uint64_t size) {
  auto bytes = from.pending(0ms);
  for (std::uint64_t at = 0;;) {
    for (std::string_view left = bytes; !left.empty();) {
      const auto expected = std::string_view(pattern()).substr(at % pattern().size());
      const auto n = std::min(left.size(), expected.size());
      if (left.substr(0, n) != expected.substr(0, n)) return at;
      left.remove_prefix(n);
      at += n;
    }
    bytes.clear();
    if (at >= size || !from.socket().receive(bytes, 60s * patience)) return at;
  }
}

std::uint64_t volume() {
  return std::max<std::uint64_t>(static_cast<std::uint64_t>(1024 * load_scale()), 64) * MiB;
}

void expect_small(Sidecar& sidecar) {
  if (sanitized) return;
  EXPECT_LT(sidecar.process().peak_bytes(), static_cast<std::int64_t>(64 * MiB));
}

TEST_P(ProxyVolume, ForwardsAnUpload) {
  ProxyStage stage(GetParam());
  const auto size = volume();
  auto client = stage.client();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  std::thread sender([&] {
    try {
      send_body(client, size);
    } catch (const WireError& error) {
      ADD_FAILURE() << error.what();
    }
  });
  EXPECT_EQ(receive_body(app, size), size);
  sender.join();
  app.send(answer_text("200 OK", {}, "all of it"));
  EXPECT_EQ(client.answer().body, "all of it");
  expect_small(stage.sidecar());
  EXPECT_GE(stage.metric("bytes_total", {"direction=\"in\""}), static_cast<double>(size));
}

TEST_P(ProxyVolume, ForwardsADownload) {
  ProxyStage stage(GetParam());
  const auto size = volume();
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  std::thread sender([&app = app, size] {
    try {
      app.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
      send_body(app, size);
    } catch (const WireError& error) {
      ADD_FAILURE() << error.what();
    }
  });
  EXPECT_EQ(client.answer_head().status(), 200);
  EXPECT_EQ(receive_body(client, size), size);
  sender.join();
  client.send(request_text("GET /next"));
  EXPECT_EQ(app.request().target(), "/next");
  expect_small(stage.sidecar());
}

// Chunks of all sizes, both ways at once.
TEST_P(ProxyVolume, ForwardsChunksOfAnySize) {
  ProxyStage stage(GetParam());
  App app(stage.listener(), [](Peer& peer, const Message& request) {
    std::string answer = answer_text("200 OK", {"Transfer-Encoding: chunked"});
    for (std::size_t at = 0, size = 1; at < request.body.size();
         at += size, size = size * 3 % 70'001 + 1) {
      answer += chunk(std::string_view(request.body).substr(at, size));
    }
    peer.send(answer + "0\r\n\r\n");
    return true;
  });
  auto client = stage.client();
  std::string body;
  std::string request = request_text("POST /", {"Transfer-Encoding: chunked"});
  for (std::size_t size = 1; body.size() < 3 * MiB; size = size * 5 % 90'001 + 1) {
    const auto part = std::string_view(pattern()).substr(body.size() % 500'000, size);
    body += part;
    request += chunk(part);
  }
  client.send(request + "0\r\n\r\n");
  EXPECT_TRUE(client.answer(30s * patience).body == body);
}

// What a sender gets rid of while nobody reads at the other end.
std::uint64_t accepted_before_it_blocks(Peer& sender) {
  std::uint64_t sent = 0;
  const std::string part(64 * 1024, 'x');
  try {
    for (; sent < 256 * MiB; sent += part.size()) sender.socket().send(part, 2s);
  } catch (const WireError&) {
    // It is held back, as it should be.
  }
  return sent;
}

TEST_P(ProxyVolume, HoldsBackTheClientWhenTheAppDoesNotRead) {
  ProxyStage stage(GetParam());
  auto client = stage.client();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
  auto app = stage.app();
  app.request_head();
  EXPECT_LT(accepted_before_it_blocks(client), 32 * MiB);
  expect_small(stage.sidecar());
}

TEST_P(ProxyVolume, HoldsBackTheAppWhenTheClientDoesNotRead) {
  ProxyStage stage(GetParam());
  auto [client, app, seen] = stage.relay(request_text("GET /"));
  app.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  EXPECT_LT(accepted_before_it_blocks(app), 32 * MiB);
  expect_small(stage.sidecar());
}

const std::string asking = request_text("GET /", {"Connection: Upgrade", "Upgrade: any"});
const std::string switching =
    "HTTP/1.1 101 Switching\r\nUpgrade: any\r\nConnection: Upgrade\r\n\r\n";

TEST_P(ProxyVolume, HoldsBackBothSidesOfATunnel) {
  ProxyStage stage(GetParam());
  for (const bool from_client : {true, false}) {
    auto [client, app, seen] = stage.relay(asking);
    app.send(switching);
    EXPECT_EQ(client.answer_head().status(), 101);
    EXPECT_LT(accepted_before_it_blocks(from_client ? client : app), 32 * MiB);
  }
  expect_small(stage.sidecar());
}

TEST_P(ProxyVolume, UsesLittleMemoryForTunnels) {
  ProxyStage stage(GetParam());
  const auto before = stage.sidecar().process().resident_bytes();
  std::vector<Relay> tunnels;
  constexpr int count = 200;
  for (int i = 0; i < count; ++i) {
    tunnels.push_back(stage.relay(asking));
    tunnels.back().app.send(switching + "hello");
    EXPECT_EQ(tunnels.back().client.answer_head().status(), 101);
    EXPECT_EQ(tunnels.back().client.bytes(5), "hello");
    tunnels.back().client.send(std::string(10'000, 'x'));
    tunnels.back().app.bytes(10'000);
  }
  EXPECT_EQ(stage.metric("tunnels_open"), count);
  const auto each = (stage.sidecar().process().resident_bytes() - before) / count;
  RecordProperty("bytes_per_tunnel", static_cast<int>(each));
  if (!sanitized) {
    EXPECT_LT(each, 40 * 1024);
  }
}

}  // namespace
}  // namespace e2e
