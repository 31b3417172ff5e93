#include "sidecar/stream/ask/asked.hpp"

#include <gtest/gtest.h>

#include "sidecar/stream/ask/question_id.hpp"

namespace sidestream {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

const std::string id = "abcdefghijklmnopqrstuvwxyz";

std::optional<Asked> asked(const std::vector<Header>& headers, std::string_view event = "ask",
                           std::string_view event_header = {}) {
  Record record;
  record.event = event;
  record.headers = headers;
  return parse_asked(record, event_header);
}

TEST(Asked, HasTheIdAndThePlaceOfTheQuestion) {
  const std::string log = "chat:s1:" + id;
  const auto question = asked({{"request", id}, {"reply_to", log}, {"param.session", "s1"}});
  ASSERT_TRUE(question);
  EXPECT_EQ(question->request, id);
  const std::string any = any_question_id();
  EXPECT_EQ(question->place, place_of("chat:s1:" + any, any, {{"session", "s1"}}));
}

TEST(Asked, ReadsTheEventFromItsHeader) {
  const std::vector<Header> ask{{"request", id}, {"event", "ask"}};
  EXPECT_TRUE(asked(ask, "", "event"));
  EXPECT_FALSE(asked(ask, "", "type"));
}

TEST(Asked, IsNoOtherRecord) {
  EXPECT_FALSE(asked({{"request", id}}, "cancel"));
  EXPECT_FALSE(asked({{"request", "short"}}));
  EXPECT_FALSE(asked({{"request", std::nullopt}}));
  EXPECT_FALSE(asked({}));
}

TEST(Asked, PlacesDifferWhereParametersOrLogsDo) {
  const auto place = place_of("chat:" + id, id, {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(place, place_of("chat:" + id, id, {{"b", "2"}, {"a", "1"}}));
  EXPECT_NE(place, place_of("chat:" + id, id, {{"a", "2"}, {"b", "1"}}));
  EXPECT_NE(place, place_of("chat:" + id, id, {{"a", "1b2"}}));
  EXPECT_NE(place, place_of("talk:" + id, id, {{"a", "1"}, {"b", "2"}}));
  EXPECT_NE(place, place_of("chat:" + id + ":x", id, {{"a", "1"}, {"b", "2"}}));
  EXPECT_NE(place_of(id + "ab", id, {}), place_of("a" + id + "b", id, {}));
}

TEST(Asked, PlacesAreTheSameWhereTheLogHasTheIdTwice) {
  const std::string other(26, 'b');
  EXPECT_EQ(place_of(id + ":s1:" + id, id, {}), place_of(other + ":s1:" + other, other, {}));
  EXPECT_NE(place_of(id + ":s1:" + id, id, {}), place_of(id + ":s1:", id, {}));
  EXPECT_NE(place_of(id + "a:" + id, id, {}), place_of(id + "a:", id, {{"", ""}}));
}

}  // namespace
}  // namespace sidestream
