// newest(): the newest record of a log, and how little of it is read.
#include <future>
#include <optional>
#include <utility>

#include "tests/integration/connectors/suite.hpp"

namespace sidestream::test {
namespace {

std::optional<Seen> newest_of(Connector& connector, NewestQuery query) {
  auto promise = std::make_shared<std::promise<std::optional<Seen>>>();
  auto answer = promise->get_future();
  connector.newest(std::move(query), [promise](Result<const Record*> record) {
    const Record* found = record.value();
    promise->set_value(found ? std::optional<Seen>(*found) : std::nullopt);
  });
  if (answer.wait_for(patience) != std::future_status::ready) throw std::runtime_error("no answer");
  return answer.get();
}

NewestQuery query_of(const std::string& log, const Extent& held, bool value) {
  return {.log = log, .floor = held.floor, .until = held.last, .value = value, .fields = {}};
}

}  // namespace

TEST_P(ConnectorSuite, FindsNoNewestRecordInAnEmptyLog) {
  const auto log = new_log();
  EXPECT_FALSE(newest_of(connector(), query_of(log, only_extent(log), true)));
}

TEST_P(ConnectorSuite, FindsTheNewestRecordWithItsFields) {
  const auto log = new_log();
  append(log, 10);
  const NewRecord last{.value = "the last", .key = "k", .event = "done"};
  const auto offset = broker().append(log, 0, std::span(&last, 1)).at(0);
  const auto newest = newest_of(connector(), query_of(log, only_extent(log), true));
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->offset, offset);
  EXPECT_EQ(newest->value, "the last");
  EXPECT_EQ(newest->key, "k");
}

TEST_P(ConnectorSuite, FindsTheNewestRecordUpToAnEnd) {
  const auto log = new_log();
  const auto offsets = append(log, 10);
  auto query = query_of(log, only_extent(log), true);
  query.until = offsets[4];
  const auto newest = newest_of(connector(), query);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->offset, offsets[4]);
  EXPECT_EQ(newest->value, "v4");
}

TEST_P(ConnectorSuite, FindsTheFieldsOfTheNewestRecordWithoutItsValue) {
  const auto log = new_log();
  const NewRecord last{.value = "the last", .key = "k", .event = "done"};
  broker().append(log, 0, std::span(&last, 1));
  auto query = query_of(log, only_extent(log), false);
  query.fields = {"key", "event"};
  const auto newest = newest_of(connector(), query);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->key, "k");
  EXPECT_NE(newest->value, "the last");
}

TEST_P(TrimSuite, FindsNoNewestRecordOnceAllAreRemoved) {
  const auto log = new_log();
  const auto offsets = append(log, 3);
  const auto before = only_extent(log);
  broker().trim(log, 0, offsets.back().next());
  auto query = query_of(log, only_extent(log), true);
  EXPECT_EQ(query.until, before.last);
  EXPECT_FALSE(newest_of(connector(), query));
}

}  // namespace sidestream::test
