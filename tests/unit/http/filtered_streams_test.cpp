// Filtered streams of a stream table: found by an index, never asked one by one.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "stream_table_fixture.hpp"

namespace sidestream {
namespace {

using namespace std::chrono_literals;

class FilteredStreamsTest : public StreamTableTest {
 protected:
  FilteredStreamsTest() {
    options_.heartbeat = Milliseconds(15000);
    make_inbox(1 << 20);
  }
  void make_inbox(std::uint64_t log_bytes) {
    TopicSettings settings;
    log_.reset();
    settings.name = "inbox";
    settings.log_bytes = log_bytes;
    settings.flush = Milliseconds(0);
    settings.filters.push_back({"key", {FieldName::Kind::key, {}}});
    settings.filters.push_back({"region", {FieldName::Kind::json, "/region"}});
    topic_ = std::make_unique<Topic>(settings, test::borrowed(broker_));
    log_ = std::make_shared<OpenLog>(test::borrowed(*topic_), "inbox", pool_, Logger());
  }
  Record open_for(std::vector<std::string> keys,
                  StartRequest::Kind kind = StartRequest::Kind::live) {
    options_.subscription.filters = {FilterPtr(new StreamFilter({{0, std::move(keys)}}))};
    const Record record = open(Coding::identity, kind);
    record->received.clear();
    options_.subscription.filters.clear();
    return record;
  }
  void publish_for(const std::string& key, const std::string& value) {
    broker_.append(0, value, key);
    broker_.deliver_all();
    settle();
  }
};

TEST_F(FilteredStreamsTest, SendsOnlyToStreamsThatMatch) {
  const Record ann = open_for({"ann"}), bob = open_for({"bob"}), plain = open(Coding::identity);
  publish_for("ann", "1");
  publish_for("bob", "2");
  publish_for("carol", "3");
  EXPECT_EQ(ann->received, "data: 1\nid: 0\n\n");
  EXPECT_EQ(bob->received, "data: 2\nid: 1\n\n");
  EXPECT_TRUE(plain->received.ends_with("data: 1\nid: 0\n\ndata: 2\nid: 1\n\ndata: 3\nid: 2\n\n"));
}

TEST_F(FilteredStreamsTest, SendsSeveralRecordsOfOneWakeOnce) {
  const Record both = open_for({"ann", "bob"});
  for (const char* key : {"ann", "carol", "bob", "ann"}) broker_.append(0, key, key);
  broker_.deliver_all();
  settle();
  EXPECT_EQ(both->received, "data: ann\nid: 0\n\ndata: bob\nid: 2\n\ndata: ann\nid: 3\n\n");
  publish_for("bob", "x");
  EXPECT_TRUE(both->received.ends_with("id: 3\n\ndata: x\nid: 4\n\n"));
}

TEST_F(FilteredStreamsTest, MovesTheCursorOverRecordsOfOthersAfterAHeartbeat) {
  const Record ann = open_for({"ann"});
  publish_for("bob", "1");
  publish_for("bob", "2");
  EXPECT_EQ(ann->received, "");
  pass(15s);
  EXPECT_EQ(ann->received, "event: stream-cursor\ndata: {}\nid: 1\n\n");
  pass(15s);
  EXPECT_EQ(ann->received, "event: stream-cursor\ndata: {}\nid: 1\n\n:\n") << "nothing has moved";
}

TEST_F(FilteredStreamsTest, NeverReplaysRecordsOfOthersThatTheLogHasRetired) {
  make_inbox(32 * 1024);
  const Record ann = open_for({"ann"});
  const auto reads = broker_.reads();
  for (int i = 0; i < 5000; ++i) publish_for("bob", "x");
  publish_for("ann", "mine");
  EXPECT_EQ(ann->received, "data: mine\nid: 5000\n\n");
  EXPECT_EQ(broker_.reads(), reads);
  EXPECT_EQ(topic_->probe.lagged.value(), 0u);
}

TEST_F(FilteredStreamsTest, ReplaysWhatTheLogHasRetiredUnseen) {
  make_inbox(4 * 1024);
  const Record ann = open_for({"ann"});
  for (int i = 0; i < 3000; ++i) broker_.append(0, "x", i == 7 ? "ann" : "bob");
  broker_.deliver_all();
  settle();
  EXPECT_NE(ann->received.find("data: x\nid: 7\n\n"), std::string::npos) << ann->received;
  publish_for("ann", "mine");
  EXPECT_TRUE(ann->received.ends_with("data: mine\nid: 3000\n\n"));
}

TEST_F(FilteredStreamsTest, KeepsThePlaceOfAStreamThatIsFull) {
  make_inbox(32 * 1024);
  const Record ann = open_for({"ann"});
  ann->takes = 10;
  publish_for("ann", "first");
  for (int i = 0; i < 5000; ++i) publish_for(i == 4000 ? "ann" : "bob", std::to_string(i));
  make_writable(ann);
  settle();
  EXPECT_TRUE(ann->received.starts_with("data: first\nid: 0\n\n")) << ann->received;
  EXPECT_NE(ann->received.find("data: 4000\nid: 4001\n\n"), std::string::npos) << ann->received;
  publish_for("ann", "last");
  EXPECT_TRUE(ann->received.ends_with("data: last\nid: 5001\n\n"));
}

TEST_F(FilteredStreamsTest, ResetsParkedStreams) {
  const Record ann = open_for({"ann"});
  publish_for("ann", "1");
  broker_.recreate();
  settle();
  EXPECT_NE(ann->received.find("event: stream-reset"), std::string::npos);
  publish_for("bob", "2");
  publish_for("ann", "3");
  EXPECT_TRUE(ann->received.ends_with("data: 3\nid: 1\n\n")) << ann->received;
}

TEST_F(FilteredStreamsTest, EndsParkedStreamsOfARemovedTopic) {
  const Record ann = open_for({"ann"});
  topic_->retired = Retired::removed;
  for (int i = 0; i < 30; ++i) pass(100ms);
  EXPECT_TRUE(ann->finished || ann->dropped);
  EXPECT_NE(ann->received.find("stream-shutdown"), std::string::npos);
}

TEST_F(FilteredStreamsTest, LeavesTheIndexWhenItCloses) {
  const Record first = open_for({"ann"}), second = open_for({"ann"});
  first->broken = true;
  publish_for("ann", "1");
  EXPECT_TRUE(first->dropped);
  publish_for("ann", "2");
  EXPECT_EQ(second->received, "data: 1\nid: 0\n\ndata: 2\nid: 1\n\n");
  EXPECT_EQ(log_->readers(), 1);
}

// Random records, outlets that fill up, streams that come and go; each must have got what a naive
// filter gives it from its start on.
class FilteredStreamsModel : public FilteredStreamsTest,
                             public testing::WithParamInterface<std::uint64_t> {
 protected:
  struct Reader {
    Record record;
    std::vector<std::string> keys;
    std::size_t from;  // records before it opened
  };
  std::size_t pick(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  void play(std::uint64_t seed) {
    random_.seed(seed);
    make_inbox(pick(2) == 0 ? 6 * 1024 : 64 * 1024);
    for (int step = 0; step < 600; ++step) this->step();
    for (Reader& reader : readers_) release(reader);
    pass(1ms);
    for (const Reader& reader : readers_) expect_complete(reader);
  }
  void step() {
    switch (pick(10)) {
      case 0:
        if (readers_.size() < 12) connect();
        return;
      case 1:
        return limit(pick(40));
      case 2:
        if (!readers_.empty()) release(readers_[pick(readers_.size())]);
        return;
      case 3:
        return pass(Milliseconds(100 * (1 + pick(200))));
      default:
        for (std::size_t i = pick(pick(20) == 0 ? 200 : 6); i > 0; --i) append();
        if (pick(4) > 0) broker_.deliver_all();
        return settle();
    }
  }
  void connect() {
    std::vector<std::string> keys;
    for (std::size_t i = 1 + pick(2); i > 0; --i) keys.push_back("user-" + std::to_string(pick(5)));
    broker_.deliver_all();
    settle();
    const std::size_t from = published_.size();
    readers_.push_back({open_for(keys), keys, from});
  }
  void append() {
    const std::string key = "user-" + std::to_string(pick(8));
    broker_.append(0, std::to_string(published_.size()), key);
    published_.push_back(key);
  }
  void limit(std::size_t bytes) {
    if (!readers_.empty()) readers_[pick(readers_.size())].record->takes = bytes;
  }
  void release(Reader& reader) {
    broker_.deliver_all();
    settle();
    reader.record->takes = SIZE_MAX;
    if (reader.record->writable) make_writable(reader.record);
    settle();
  }
  void expect_complete(const Reader& reader) {
    std::vector<std::string> expected, got;
    for (std::size_t i = reader.from; i < published_.size(); ++i) {
      if (std::ranges::count(reader.keys, published_[i]) > 0) expected.push_back(std::to_string(i));
    }
    std::istringstream lines(reader.record->received);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("data: ") && !line.starts_with("data: {")) got.push_back(line.substr(6));
    }
    EXPECT_EQ(got, expected);
  }

  std::mt19937_64 random_;
  std::vector<std::string> published_;  // keys
  std::vector<Reader> readers_;
};

TEST_P(FilteredStreamsModel, SendsWhatANaiveFilterSends) { play(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Seeds, FilteredStreamsModel, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace sidestream
