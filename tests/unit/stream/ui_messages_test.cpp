#include "sidecar/stream/dialect/ui_messages.hpp"

#include <gtest/gtest.h>

namespace sidestream {
namespace {

std::string translated(std::string_view blocks) {
  std::string out;
  append_ui_messages(out, blocks);
  return out;
}

TEST(UiMessages, LeavesRecordsAndCommentsAsTheyAre) {
  for (const std::string_view blocks : {"data: {\"type\":\"start\"}\nid: 1\n\n", ":\n",
                                        ":\ndata: a\ndata: b\nretry: 3\nid: 2\n\n:\n",
                                        "event: text\ndata: event: stream-end\nid: 3\n\n", ""}) {
    EXPECT_EQ(translated(blocks), blocks);
  }
}

TEST(UiMessages, EndsWithDone) {
  EXPECT_EQ(
      translated("data: x\nid: 1\n\nevent: stream-end\ndata: {\"reason\":\"end\"}\nid: 2\n\n"),
      "data: x\nid: 1\n\ndata: [DONE]\nid: 2\n\n");
  EXPECT_EQ(translated("event: stream-end\ndata: {\"reason\":\"timeout\"}\n\n"),
            "data: [DONE]\n\n");
}

TEST(UiMessages, TellsOfLossesAsTransientData) {
  EXPECT_EQ(translated("event: stream-gap\ndata: {\"topic\":\"t\"}\nretry: 3\nid: 7\n\n"),
            "data: {\"type\":\"data-stream-gap\",\"data\":{\"topic\":\"t\"},\"transient\":true}\n"
            "id: 7\n\n");
  EXPECT_EQ(translated("event: stream-reset\ndata: {\"reason\":\"recreated\"}\n\n"),
            "data: {\"type\":\"data-stream-gap\",\"data\":{\"reason\":\"recreated\"},"
            "\"transient\":true}\n\n");
}

TEST(UiMessages, DropsWhatIsNoPartOfAMessage) {
  for (const std::string name : {"open", "catch-up", "live", "cursor", "auth-expiring", "shutdown"})
    EXPECT_EQ(translated("event: stream-" + name + "\ndata: {}\nid: 1\n\n:\n"), ":\n") << name;
}

}  // namespace
}  // namespace sidestream
