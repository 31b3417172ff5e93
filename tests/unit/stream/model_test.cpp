// Random programs of append, deliver, retire, trim, subscribe, read a few bytes, stall, drop and
// resume. The model: a client gets each record of each partition once and in order, except for
// those that a gap announced.

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "client.hpp"
#include "scripted_connector.hpp"
#include "sidecar/stream/id/event_id.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream {
namespace {

// What one reader has seen over all its connections. Values are "partition:offset".
struct History {
  std::map<int, std::int64_t> next;  // by partition
  std::string id;
  // `held` is what the broker holds first now, by partition.
  void take(const Client& client, std::size_t& seen, const std::vector<std::int64_t>& held) {
    for (; seen < client.events().size(); ++seen) {
      const ClientEvent& event = client.events()[seen];
      if (event.name == "stream-gap") {
        skip(event.data);
      } else if (event.name == "stream-open" && event.data.find("earliest") != std::string::npos) {
        begin(event.id, held);
      } else if (event.name.empty()) {
        const auto colon = event.data.find(':');
        const int partition = std::stoi(event.data.substr(0, colon));
        const std::int64_t offset = std::stoll(event.data.substr(colon + 1));
        ASSERT_EQ(offset, next[partition]) << "partition " << partition << before(client, seen);
        next[partition] = offset + 1;
      }
    }
    if (!client.last_id().empty()) id = client.last_id();
  }
  // `earliest` is a moment between the request (which set `next`) and now.
  void begin(const std::string& opening, const std::vector<std::int64_t>& held) {
    const auto opened = parse_position(OffsetFormat::integer, opening);
    ASSERT_TRUE(opened.position) << opening;
    for (std::size_t p = 0; p < held.size(); ++p) {
      // A partition that the id does not know yet is read from its beginning.
      const std::int64_t first =
          p < opened.position->size() ? (*opened.position)[p].number() + 1 : std::int64_t{0};
      auto& at = next[static_cast<int>(p)];
      ASSERT_TRUE(first >= at && first <= held[p]) << "partition " << p << " begins at " << opening
                                                   << ", asked at " << at << ", now " << held[p];
      at = first;
    }
  }
  // The events before a failure.
  static std::string before(const Client& client, std::size_t seen) {
    std::string text;
    for (std::size_t i = seen < 6 ? 0 : seen - 6; i <= seen; ++i) {
      const ClientEvent& event = client.events()[i];
      text += "\n" + event.name + " " + event.data + " id " + event.id;
    }
    return text;
  }
  // {"partition":0,"requested":"9","resumed":"80","lost":70}: all records between were announced.
  void skip(const std::string& data) {
    for (auto at = data.find("{\"partition\":"); at != std::string::npos;
         at = data.find("{\"partition\":", at + 1)) {
      const int partition = std::stoi(data.substr(at + 13));
      const auto requested = data.find("\"requested\":\"", at) + 13;
      // After the last record if it was followed by records that are never sent.
      EXPECT_GE(std::stoll(data.substr(requested)) + 1, next[partition]) << data;
      const auto resumed = data.find("\"resumed\":\"", at) + 11;
      next[partition] = std::max<std::int64_t>(next[partition], std::stoll(data.substr(resumed)));
    }
  }
};

class World {
 public:
  World(std::uint64_t seed, std::size_t partitions, std::uint64_t log_bytes, std::size_t readers)
      : random_(seed), broker_(partitions), readers_(readers) {
    TopicSettings settings;
    settings.name = "t";
    settings.log_bytes = log_bytes;
    settings.tombstone = Tombstone::skip;
    topic_ = std::make_shared<Topic>(settings, test::borrowed(broker_));
    log_ = std::make_shared<OpenLog>(topic_, "t", pool_, Logger());
  }

  void step() {
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
        return append(1 + pick(40));
      case 3:
      case 4:
        return deliver(1 + pick(30));
      case 5:
        broker_.answer_all();
        return wake();
      case 6:
        if (pick(40) == 0 && broker_.partitions() < 6) broker_.grow(pick(2) == 0);
        if (pick(4) == 0) broker_.tell_grown();
        return wake();
      case 7:
        if (pick(30) == 0) trim();
        return;
      case 8:
        return connect(pick(readers_.size()));
      case 9:
        if (pick(4) == 0) drop(pick(readers_.size()));
        return;
      default:
        read(pick(readers_.size()), pick(5) == 0 ? 100000 : pick(5) == 0 ? 0 : 1 + pick(700));
    }
  }

  // All readers reconnect and read to the end; each must have got all records.
  void finish() {
    broker_.tell_grown();
    deliver(1'000'000);
    for (std::size_t i = 0; i < readers_.size(); ++i) connect(i);
    for (int quiet = 0; quiet < 3;) {
      const bool answered = broker_.answer_all();
      bool moved = false;
      for (std::size_t i = 0; i < readers_.size(); ++i) moved = read(i, 1 << 20) || moved;
      deliver(1'000'000);
      quiet = answered || moved ? 0 : quiet + 1;
    }
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      for (std::size_t p = 0; p < broker_.partitions(); ++p) {
        const auto partition = static_cast<int>(p);
        EXPECT_EQ(last_deliverable(partition, readers_[i].history.next[partition]), -1)
            << "reader " << i << " lacks records of partition " << p;
      }
    }
  }

 private:
  struct Reader {
    std::unique_ptr<Client> client;
    std::size_t seen = 0;
    History history;
    bool started = false;
  };

  std::size_t pick(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }

  void append(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto partition = static_cast<Partition>(pick(broker_.partitions()));
      const std::int64_t offset = broker_.end(partition);
      broker_.append(partition, std::to_string(partition) + ":" + std::to_string(offset));
    }
  }
  // An offset from `next` on that is held but was not seen; -1: none.
  std::int64_t last_deliverable(int partition, std::int64_t next) {
    return next < broker_.end(partition) && broker_.first(partition) < broker_.end(partition) ? next
                                                                                              : -1;
  }
  void deliver(std::size_t count) {
    for (std::size_t p = 0; p < broker_.partitions(); ++p)
      broker_.deliver(static_cast<Partition>(p), count);
    wake();
  }
  void wake() {
    for (Reader& reader : readers_) {
      if (reader.client) reader.client->wake();
    }
  }
  // Retention removes a part but never the newest records, so that readers can resume.
  void trim() {
    const auto partition = static_cast<Partition>(pick(broker_.partitions()));
    const std::int64_t length = broker_.end(partition) - broker_.first(partition);
    if (length > 20) broker_.trim(partition, broker_.first(partition) + length / 3);
  }
  void connect(std::size_t i) {
    Reader& reader = readers_[i];
    if (reader.client) return;
    StartRequest start;
    start.kind =
        reader.history.id.empty() ? StartRequest::Kind::earliest : StartRequest::Kind::resume;
    start.id = reader.history.id;
    if (reader.history.id.empty()) {
      for (std::size_t p = 0; p < broker_.partitions(); ++p) {
        reader.history.next[static_cast<int>(p)] = broker_.first(static_cast<Partition>(p));
      }
    }
    reader.client = std::make_unique<Client>(std::vector{log_}, std::vector{start});
    reader.seen = 0;
    // `earliest` is what the broker holds when the query arrives.
    broker_.answer_all();
    reader.client->open_post();
  }
  void drop(std::size_t i) { readers_[i].client.reset(); }
  bool read(std::size_t i, std::size_t bytes) {
    Reader& reader = readers_[i];
    if (!reader.client) return false;
    const auto before = reader.client->wire.size();
    reader.client->open_post();
    reader.client->read(bytes);
    std::vector<std::int64_t> held;
    for (std::size_t p = 0; p < broker_.partitions(); ++p) {
      held.push_back(broker_.first(static_cast<Partition>(p)));
    }
    reader.history.take(*reader.client, reader.seen, held);
    return reader.client->wire.size() != before;
  }

  std::mt19937_64 random_;
  Memory memory_{8 << 20};
  ReplayPool pool_{memory_};
  ScriptedConnector broker_;
  std::shared_ptr<Topic> topic_;
  std::shared_ptr<OpenLog> log_;
  std::vector<Reader> readers_;
};

void play(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t partitions = 1 + random() % 4;
  const std::uint64_t log_bytes = (random() % 2 == 0) ? 6 * 1024 : 40 * 1024;
  World world(seed, partitions, log_bytes, 1 + random() % 6);
  for (int i = 0; i < 2000 && !testing::Test::HasFatalFailure(); ++i) world.step();
  if (!testing::Test::HasFatalFailure()) world.finish();
}

// SIDESTREAM_SEED replays one program; SIDESTREAM_MODEL_RUNS sets their number.
TEST(Model, DeliversEachRecordOnceInOrderOrAnnouncesItsLoss) {
  if (const char* seed = std::getenv("SIDESTREAM_SEED")) {
    SCOPED_TRACE(std::string("seed ") + seed);
    return play(std::stoull(seed));
  }
  const char* text = std::getenv("SIDESTREAM_MODEL_RUNS");
  const int runs = text ? std::stoi(text) : 100;
  for (int i = 1; i <= runs; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    SCOPED_TRACE("replay with SIDESTREAM_SEED=" + std::to_string(seed));
    play(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace sidestream
