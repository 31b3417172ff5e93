// Keys and entries that can't be read: another type, the two greatest ids, a renamed stream.
#include "connectors/redis/entry_id.hpp"
#include "tests/integration/connectors/redis_refusals/refusal_test.hpp"

namespace sidestream::test {

TEST_F(RedisRefusals, AKeyOfAnotherTypeIsServedOnceItIsAStream) {
  start();
  admin().call({"SET", "s", "text"});
  RecordingSink sink;
  const auto reader = connector().tail("s", {Offset{0}}, sink);
  EXPECT_EQ(ask_extent("s").error(), Errc::refused);
  EXPECT_EQ(ask_locate("s").error(), Errc::refused);
  EXPECT_EQ(ask_back("s", Offset{5}).error(), Errc::refused);
  EXPECT_EQ(ask_read("s", Offset{0}, Offset{5}).error(), Errc::refused);
  EXPECT_EQ(publish("s", "v").error(), Errc::refused);
  ASSERT_TRUE(eventually([&] { return log().find("activity=\"live\"") != std::string::npos; }));
  EXPECT_THAT(detail(), HasSubstr("WRONGTYPE"));
  admin().call({"DEL", "s"});
  const auto last = publish("s", "v").value().offset;
  ASSERT_TRUE(sink.wait_records(1, seconds(10)));
  EXPECT_TRUE(ask_extent("s"));
  EXPECT_TRUE(ask_read("s", Offset{0}, last));
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, OlderEntriesAreReadBeforeAnIdThatCannotBe) {
  start();
  std::vector<Offset> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(admin().add("s", "v"));
  admin().call({"XADD", "s", "18446744073709551615-18446744073709551615", "data", "far"});
  const auto held = extent("s");
  EXPECT_EQ(held.last, ids.back());
  EXPECT_EQ(read_all("s", held.last).size(), 3u);
  RecordingSink sink;
  const auto reader = connector().tail("s", {Offset{0}}, sink);
  ASSERT_TRUE(sink.wait([&] { return !sink.losses_now().empty(); }));
  EXPECT_EQ(sink.count(), 3u);
  EXPECT_EQ(sink.losses()[0].position, ids.back());
  EXPECT_THAT(detail(), HasSubstr("can't be read"));
  EXPECT_EQ(extent("s").last, redis::newest_entry_id) << "where the tail is";
  admin().call({"DEL", "s"});
  admin().add("s", "again");
  ASSERT_TRUE(sink.wait_records(4, seconds(10)));
  EXPECT_EQ(sink.resets().size(), 1u);
  EXPECT_TRUE(wait_detail_gone());
}

TEST_F(RedisRefusals, ATailReportsAnIdThatCannotBeReadOnce) {
  start();
  RecordingSink sink;
  const auto reader = tail("s", sink);
  admin().call({"XADD", "s", "18446744073709551615-18446744073709551614", "data", "far"});
  ASSERT_TRUE(sink.wait([&] { return !sink.losses_now().empty(); }));
  RecordingSink other_sink;
  const auto other = tail("other", other_sink);
  const auto before = stat("stats", "total_commands_processed");
  const auto until = std::chrono::steady_clock::now() + seconds(3);
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() >= until; }));
  EXPECT_EQ(sink.losses().size(), 1u);
  EXPECT_LT(stat("stats", "total_commands_processed") - before, 60) << "it is not asked in a loop";
}

TEST_F(RedisRefusals, ARenamedStreamIsAReset) {
  start();
  for (int id = 1000; id <= 1004; ++id) admin().add("s", "old", std::to_string(id) + "-0");
  RecordingSink sink;
  const auto reader = tail("s", sink);
  for (int id = 900; id <= 1090; id += 10) admin().add("t", "new", std::to_string(id) + "-1");
  admin().call({"RENAME", "t", "s"});
  ASSERT_TRUE(sink.wait_records(20));
  ASSERT_EQ(sink.resets().size(), 1u);
  EXPECT_EQ(sink.resets()[0].reason, "recreated");
  EXPECT_EQ(sink.records().front().offset, Offset::of_entry(900, 1));
}

}  // namespace sidestream::test
