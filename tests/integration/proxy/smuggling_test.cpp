// Requests that could be read in two ways are refused, or passed on so that there is one way left.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/proxy/corpus/requests.hpp"
#include "tests/integration/proxy/harness/proxy_stage.hpp"

namespace e2e {
namespace {

class ProxySmuggling : public testing::TestWithParam<std::string> {
 protected:
  void play(const std::vector<OddRequest>& corpus) {
    for (const auto& odd : corpus) {
      SCOPED_TRACE(odd.name);
      app_.forget();
      const auto answers = answers_to(odd.bytes);
      EXPECT_TRUE(app_.settles());
      judge(odd, answers);
    }
  }
  ProxyStage stage_{GetParam()};
  App app_{stage_.listener()};
  // Whatever came before: a good client gets its own answer.
  void TearDown() override {
    for (int i = 0; i < 5; ++i) {
      const auto target = "/good/" + std::to_string(i);
      EXPECT_EQ(stage_.ask(request_text("POST " + target, {}, "x")).body, "POST " + target + "\nx");
    }
    EXPECT_TRUE(stage_.metric_becomes("requests_open", 0));
  }

 private:
  // All answers, read strictly. Where none comes the client says that it has no more to send.
  std::vector<Message> answers_to(const std::string& bytes) {
    auto client = stage_.client();
    client.try_send(bytes);
    std::vector<Message> answers;
    bool asked_to_end = false;
    for (;;) {
      try {
        answers.push_back(client.answer(answers.empty() ? 700ms * patience : 200ms * patience));
      } catch (const Late&) {
        if (asked_to_end) break;
        asked_to_end = true;
        client.finish_sending();
      } catch (const Cut&) {
        break;
      }
    }
    return answers;
  }

  void judge(const OddRequest& odd, const std::vector<Message>& answers) {
    const auto account = app_.account();
    EXPECT_TRUE(account.odd.empty()) << "the app got what is not canonical: " << account.odd[0];
    EXPECT_LE(account.requests.size(), 1u) << account.requests[1].head;
    for (const auto& request : account.requests) judge(odd, request);
    const bool passed = !account.requests.empty();
    if (!answers.empty()) {
      const auto status = answers[0].status();
      EXPECT_TRUE(passed ? status == 200 : status >= 400) << status;
      EXPECT_NE(status, 500);
    }
    EXPECT_FALSE(passed && answers.empty()) << "passed on, and never answered";
    for (std::size_t i = 1; i < answers.size(); ++i) {
      EXPECT_GE(answers[i].status(), 400) << "a second request was found in it";
    }
  }

  static void judge(const OddRequest& odd, const Message& request) {
    const auto seen = request.method() + " " + request.target() + "\n" + request.body;
    EXPECT_TRUE(std::find(odd.allowed.begin(), odd.allowed.end(), seen) != odd.allowed.end())
        << "the app got:\n"
        << request.head << request.body;
    for (const auto* name : {"Content-Length", "Transfer-Encoding", "Host"}) {
      for (const auto& [trailer, value] : request.trailers)
        EXPECT_FALSE(same_word(trailer, name)) << trailer;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(On, ProxySmuggling, testing::Values("tcp", "unix"), kind_name);

TEST_P(ProxySmuggling, HandlesAmbiguousLines) { play(odd_lines()); }
TEST_P(ProxySmuggling, HandlesAmbiguousHosts) { play(odd_hosts()); }
TEST_P(ProxySmuggling, HandlesAmbiguousLengths) { play(odd_lengths()); }
TEST_P(ProxySmuggling, HandlesAmbiguousCodings) { play(odd_codings()); }
TEST_P(ProxySmuggling, HandlesAmbiguousChunks) { play(odd_chunks()); }

// Nobody knows where such a request ends, so what follows it is not another one.
TEST_P(ProxySmuggling, ClosesAfterAmbiguousFraming) {
  for (const auto& [coding, status] :
       std::vector<std::pair<std::string, int>>{{"identity", 400},
                                                {"chunked, identity", 400},
                                                {"chunked, gzip", 400},
                                                {"chunked, chunked", 400},
                                                {"gzip", 400},
                                                {"", 400},
                                                {"gzip, chunked", 501}}) {
    SCOPED_TRACE(coding);
    app_.forget();
    auto client = stage_.client();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + coding + "\r\n\r\n" +
                request_text("GET /smuggled"));
    EXPECT_EQ(client.answer().status(), status);
    EXPECT_TRUE(client.closes());
    EXPECT_TRUE(app_.account().requests.empty());
  }
}

}  // namespace
}  // namespace e2e
