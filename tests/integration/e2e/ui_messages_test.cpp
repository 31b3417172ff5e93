// `control_events: ui_messages`: what the client of Vercel's AI SDK gets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/harness/kinds.hpp"
#include "tests/support/harness/stage.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string ui = "control_events: ui_messages, end: { event: [done] }, heartbeat: 500ms";

class UiMessages : public OnBroker {
 protected:
  void open(const std::string& query, const std::string& version = "HTTP/1.1") {
    socket_ = Socket(stage_.sidecar().streams());
    socket_.send(std::string("GET ") + Stage::path + query + " " + version + "\r\nHost: a\r\n\r\n");
  }
  const std::string& read_on(const std::string& wanted) {
    EXPECT_TRUE(eventually([&] {
      socket_.receive(received_, 50ms);
      return received_.find(wanted) != std::string::npos;
    })) << received_;
    return received_;
  }
  // Everything until the connection closes.
  const std::string& read_all() {
    EXPECT_TRUE(eventually([&] {
      while (socket_.receive(received_, 50ms)) continue;
      return socket_.end() != Socket::End::open;
    })) << received_;
    return received_;
  }

  Stage stage_{GetParam(), {.server = {"drain: 500ms"}, .topic = ui}};
  Socket socket_;
  std::string received_;
};
ON_KINDS(UiMessages, one_of_each());

TEST_P(UiMessages, HasRecordsAndDoneOnly) {
  stage_.append(1);
  open("?from=earliest");
  read_on("data: ");
  stage_.append(1);
  stage_.append_value("{}", "done");
  const std::string& all = read_all();
  EXPECT_THAT(all, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(all, Not(HasSubstr("event: stream-")));
  EXPECT_THAT(all, testing::ContainsRegex("data: \\[DONE\\]\nid: [^\n]+\n\n\r\n0\r\n\r\n"));
}

TEST_P(UiMessages, CutsAtADrainInsteadOfEnding) {
  open("");
  read_on(":\n");
  stage_.append(1);
  read_on("data: ");
  stage_.sidecar().process().signal(SIGTERM);
  const std::string& all = read_all();
  EXPECT_THAT(all, Not(HasSubstr("stream-shutdown")));
  EXPECT_THAT(all, Not(HasSubstr("\r\n0\r\n")));
}

TEST_P(UiMessages, ResetsAnUnchunkedResponseAtADrain) {
  open("", "HTTP/1.0");
  read_on(":\n");
  stage_.sidecar().process().signal(SIGTERM);
  read_all();
  EXPECT_EQ(socket_.end(), Socket::End::reset) << "a close would mean that it is complete";
}

TEST_P(UiMessages, TellsOfAResetAsData) {
  stage_.append(1);
  open("?lastEventId=no-such-id");
  EXPECT_THAT(read_on("transient"),
              HasSubstr(R"(data: {"type":"data-stream-gap","data":{"topic":"t","reason":)"));
}

TEST_P(UiMessages, OtherDialectsStayAsTheyAre) {
  stage_.append(1);
  open("?format=ndjson&from=earliest");
  EXPECT_THAT(read_on("\"data\":"), Not(HasSubstr("stream-open")));
}

}  // namespace
}  // namespace e2e
