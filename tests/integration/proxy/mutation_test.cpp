// Good requests and answers with a few bytes changed: whatever comes of it is canonical on the
// other side, harms no other request, and never ends the process. The seed is fixed.

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <random>

#include "tests/integration/proxy/harness/proxy_stage.hpp"
#include "tests/support/harness/writer.hpp"

namespace e2e {
namespace {

using std::string_literals::operator""s;

int rounds() { return std::max(40, static_cast<int>(300 * load_scale())); }

// One to three of its bytes removed, doubled or replaced, mostly by what has a meaning in HTTP.
std::string mutated(std::string text, std::mt19937& random) {
  static const auto meaningful = "\r\n\r\n\t :;,=\0\x7f\xff+-0123456789abcxX\"\\/"s;
  const auto any = [&](std::size_t end) { return random() % end; };
  for (auto changes = 1 + any(3); changes > 0; --changes) {
    const auto at = any(text.size());
    const char byte = meaningful[any(meaningful.size())];
    switch (any(4)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, 1, byte);
        break;
      case 2:
        text[at] = byte;
        break;
      default:
        text.insert(at, text.substr(at, 1 + any(30)));
    }
  }
  return text;
}

// Each of them is canonical, or a WireError that is no Cut and no Late.
void read_answers(Peer& client, Clock::duration within) {
  try {
    for (;;) client.answer(within);
  } catch (const Cut&) {
  } catch (const Late&) {
  }
}

TEST(ProxyMutation, SurvivesMutatedRequests) {
  ProxyStage stage("tcp");
  App app(stage.listener());
  const std::string good =
      request_text("POST /a", {"Transfer-Encoding: chunked", "X-A: b"}) +
      "5;e=f\r\nhello\r\n0\r\nX-T: u\r\n\r\n" +
      request_text("PUT /b", {"Connection: X-Hop, keep-alive", "X-Hop: c"}, "body") +
      request_text("GET /c");
  std::mt19937 random(7);
  for (int i = 0; i < rounds(); ++i) {
    const auto bytes = mutated(good, random);
    SCOPED_TRACE(bytes);
    auto client = stage.client();
    client.try_send(bytes);
    ASSERT_NO_THROW(read_answers(client, 30ms * patience));
    client.close();
    ASSERT_TRUE(app.settles());
    ASSERT_TRUE(app.account().odd.empty()) << app.account().odd[0];
    app.forget();
  }
  EXPECT_EQ(stage.ask(request_text("GET /good")).body, "GET /good\n");
}

TEST(ProxyMutation, SurvivesMutatedResponses) {
  ProxyStage stage("tcp");
  std::mt19937 random(11);
  std::mutex mutex;  // each connection of the app has its thread
  App app(stage.listener(), [&](Peer& peer, const Message& request) {
    if (request.target() != "/play") return App::mirror(peer, request);
    const std::lock_guard lock(mutex);
    const std::string good =
        random() % 2 == 0
            ? answer_text("200 OK", {"X-A: b", "Connection: X-A"}, "hello")
            : "HTTP/1.1 103 X\r\nLink: y\r\n\r\nHTTP/1.1 200 OK\r\n"
              "Transfer-Encoding: chunked\r\n\r\n5;e=f\r\nhello\r\n0\r\nX-T: u\r\n\r\n";
    peer.try_send(mutated(good, random));
    return random() % 2 == 0;
  });
  for (int i = 0; i < rounds(); ++i) {
    auto client = stage.client();
    client.send(request_text("GET /play"));
    ASSERT_NO_THROW(read_answers(client, 100ms * patience)) << i;
    client.close();
    const auto target = "/good/" + std::to_string(i);
    ASSERT_EQ(stage.ask(request_text("POST " + target, {}, "x")).body, "POST " + target + "\nx");
  }
  EXPECT_TRUE(stage.metric_becomes("requests_open", 0));
}

}  // namespace
}  // namespace e2e
