// Answers that could be read in two ways, or that nobody has asked for: they harm nobody but the
// one whose request it was, and tell no half-truths to that one.

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>

#include "tests/integration/proxy/corpus/answers.hpp"
#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

// Plays the odd answer when it is asked for /play, and is a good app else.
class ProxyPoisoning : public testing::TestWithParam<std::string> {
 protected:
  void play(const std::vector<OddAnswer>& corpus) {
    for (const auto& odd : corpus) {
      SCOPED_TRACE(odd.name);
      {
        const std::lock_guard lock(mutex_);
        odd_ = odd;
      }
      auto client = stage_.client();
      client.send(request_text(odd.method + " /play"));
      judge(odd, client);
      expect_own_answer(client, "/same");
      for (const auto* target : {"/other/1", "/other/2"}) {
        auto other = stage_.client();
        expect_own_answer(other, target);
      }
      EXPECT_TRUE(app_.account().odd.empty()) << app_.account().odd[0];
    }
  }
  void TearDown() override { EXPECT_TRUE(stage_.metric_becomes("requests_open", 0)); }

 private:
  bool serve(Peer& peer, const Message& request) {
    if (request.target() != "/play") return App::mirror(peer, request);
    const std::lock_guard lock(mutex_);
    peer.try_send(odd_.bytes);
    return !odd_.closes;
  }

  // Interim answers are passed over.
  static Message final_answer(Peer& client, bool to_head) {
    for (;;) {
      auto answer = client.answer(Peer::usual, to_head);
      if (answer.status() / 100 != 1) return answer;
    }
  }

  static void judge(const OddAnswer& odd, Peer& client) {
    try {
      const auto answer = final_answer(client, odd.method == "HEAD");
      if (answer.status() == 502) return;
      EXPECT_TRUE(std::find(odd.allowed.begin(), odd.allowed.end(), answer.body) !=
                  odd.allowed.end())
          << "delivered as whole:\n"
          << answer.head << answer.body.substr(0, 200);
      for (const auto& [name, value] : answer.trailers) {
        EXPECT_FALSE(same_word(name, "Content-Length") || same_word(name, "Transfer-Encoding"))
            << name;
      }
    } catch (const Cut&) {
      // As broken for the client as it was for us.
    } catch (const WireError& error) {
      ADD_FAILURE() << "the client got what is not canonical: " << error.what();
    }
  }

  // Where its connection still lives.
  static void expect_own_answer(Peer& client, const std::string& target) {
    try {
      client.send(request_text("GET " + target));
      EXPECT_EQ(client.answer().body, "GET " + target + "\n") << "the answer of another request";
    } catch (const Cut&) {
      EXPECT_EQ(target, "/same") << "a new connection was cut";
    } catch (const WireError& error) {
      if (client.socket().end() == Socket::End::open)
        ADD_FAILURE() << target << ": " << error.what();
    }
  }

  std::mutex mutex_;
  OddAnswer odd_;
  ProxyStage stage_{GetParam(), {.upstream = {"idle_timeout: 2s", "first_byte_timeout: 5s"}}};
  App app_{stage_.listener(),
           [this](Peer& peer, const Message& request) { return serve(peer, request); }};
};
INSTANTIATE_TEST_SUITE_P(On, ProxyPoisoning, testing::Values("tcp", "unix"), kind_name);

TEST_P(ProxyPoisoning, RejectsAmbiguousHeads) { play(odd_heads()); }
TEST_P(ProxyPoisoning, RejectsAmbiguousBodies) { play(odd_bodies()); }
TEST_P(ProxyPoisoning, DropsSurplusResponses) { play(surplus_answers()); }

ON_BOTH(ProxyEarlyAnswer);

// The app speaks on a connection that waits in the pool: whoever is next on it must not get that.
TEST_P(ProxyEarlyAnswer, IsNotUsedForTheNextRequest) {
  ProxyStage stage(GetParam());
  for (const std::string& early :
       {poison, std::string("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"),
        std::string("HTTP/1.1 100 Continue\r\n\r\n"), std::string("\r\n"), std::string("x")}) {
    SCOPED_TRACE(early);
    auto [client, app, seen] = stage.relay(request_text("GET /first"));
    app.send(answer_text("200 OK", {}, "first"));
    EXPECT_EQ(client.answer().body, "first");
    ASSERT_TRUE(stage.metric_becomes("pool_idle", 1));
    app.send(early);
    EXPECT_TRUE(app.closes(3 * soon)) << "a connection that speaks unasked is kept";
    auto next = stage.relay(request_text("GET /next"));
    next.app.send(answer_text("200 OK", {"Connection: close"}, "next"));
    EXPECT_EQ(next.client.answer().body, "next");
  }
}

// The early answer and the next request cross each other as closely as they can.
TEST_P(ProxyEarlyAnswer, IsNotUsedForARacingRequest) {
  ProxyStage stage(GetParam());
  for (int i = 0; i < 50; ++i) {
    auto [client, app, seen] = stage.relay(request_text("GET /first"));
    app.send(answer_text("200 OK", {}, "first") + (i % 2 == 0 ? poison : ""));
    EXPECT_EQ(client.answer().body, "first");
    if (i % 2 == 1) app.send(poison);
    auto other = stage.client();
    other.send(request_text("POST /next", {}, "x"));
    Peer second;
    if (!stage.listener().accept_into(second, i % 2 == 0 ? Peer::usual : 300ms)) {
      // It went out on the old connection before the poison was seen there, which no proxy can
      // tell from an answer.
      continue;
    }
    EXPECT_EQ(second.request().target(), "/next");
    second.send(answer_text("200 OK", {"Connection: close"}, "next"));
    EXPECT_EQ(other.answer().body, "next");
  }
}

}  // namespace
}  // namespace e2e
