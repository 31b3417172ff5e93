// Streams in another dialect, through the stream table.

#include <gtest/gtest.h>

#include "stream_table_fixture.hpp"

namespace sidestream {
namespace {

class DialectStreamsTest : public StreamTableTest {
 protected:
  Record open_ndjson(Coding coding = Coding::identity) {
    options_.dialect = Dialect::ndjson;
    options_.subscription.keeps_breaks = true;
    Record record = open(coding);
    record->received.clear();
    return record;
  }
};

TEST_F(DialectStreamsTest, SendsRunsAsLines) {
  const Record reader = open_ndjson();
  publish("a\r\nb");
  EXPECT_EQ(reader->received, "{\"id\":\"0\",\"event\":\"message\",\"data\":\"a\\r\\nb\"}\n");
}

TEST_F(DialectStreamsTest, SendsOneChunkForEachRun) {
  const Record reader = open_ndjson(Coding::chunked);
  publish("a");
  EXPECT_EQ(reader->received, "28\r\n{\"id\":\"0\",\"event\":\"message\",\"data\":\"a\"}\n\r\n");
}

TEST_F(DialectStreamsTest, CodesARunOnceForAllItsReaders) {
  const Record one = open_ndjson(), other = open_ndjson();
  options_.dialect = Dialect::event_stream;
  const Record blocks = open(Coding::identity);
  publish("a");
  EXPECT_EQ(one->last_piece, other->last_piece);
  EXPECT_NE(one->last_piece, blocks->last_piece);
}

TEST_F(DialectStreamsTest, SendsALargeRecordWhole) {
  const Record reader = open_ndjson(Coding::chunked);
  const std::string value(200'000, 'x');
  publish(value);
  EXPECT_NE(reader->received.find("\"data\":\"" + value + "\"}\n\r\n"), std::string::npos);
}

TEST_F(DialectStreamsTest, KeepsTheRestOfALineForASlowReader) {
  const Record slow = open_ndjson();
  slow->takes = 10;
  publish("a");
  EXPECT_EQ(slow->received, "{\"id\":\"0\",");
  make_writable(slow);
  EXPECT_EQ(slow->received, "{\"id\":\"0\",\"event\":\"message\",\"data\":\"a\"}\n");
}

TEST_F(DialectStreamsTest, SendsHeartbeatsAsEmptyLines) {
  const Record reader = open_ndjson();
  pass(std::chrono::seconds(60));
  EXPECT_EQ(reader->received, "\n");
}

}  // namespace
}  // namespace sidestream
