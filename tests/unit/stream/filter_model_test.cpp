// Random programs of append, deliver, retire, trim, subscribe with a filter, read a few bytes,
// stall, drop and resume, over several topics and partitions. The model is a naive filter: a reader
// gets each record that matches once and in the order of its partition, except for those that a gap
// announced, and none that does not match.

#include "filter_model.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace sidestream {
namespace {

class FilteredWorld {
 public:
  explicit FilteredWorld(std::uint64_t seed) : random_(seed) {
    const std::size_t topics = 1 + pick(random_, 3);
    for (std::size_t i = 0; i < topics; ++i) {
      const std::uint64_t log_bytes = pick(random_, 2) == 0 ? 6 * 1024 : 40 * 1024;
      sources_.push_back(std::make_unique<Source>("t" + std::to_string(i), 1 + pick(random_, 3),
                                                  log_bytes, pool_));
    }
    for (std::size_t i = 1 + pick(random_, 6); i > 0; --i) {
      std::vector<Source*> read;
      for (auto& source : sources_) {
        if (pick(random_, 2) == 0) read.push_back(source.get());
      }
      if (read.empty()) read.push_back(sources_[0].get());
      readers_.push_back(std::make_unique<FilteredReader>(random_, std::move(read)));
    }
  }

  void step() {
    Source& source = *sources_[pick(random_, sources_.size())];
    FilteredReader& reader = *readers_[pick(random_, readers_.size())];
    switch (pick(random_, 12)) {
      case 0:
      case 1:
      case 2:
        for (std::size_t i = pick(random_, 40); i > 0; --i) source.append(random_);
        return;
      case 3:
      case 4:
        return deliver(source, 1 + pick(random_, 60));
      case 5:
        source.broker.answer_all();
        return;
      case 6:
        if (pick(random_, 30) == 0) trim(source);
        return;
      case 7:
        if (reader.connected() && pick(random_, 4) == 0) reader.heartbeat();
        return;
      case 8:
        if (!reader.connected()) reader.connect();
        return;
      case 9:
        if (pick(random_, 4) == 0) reader.drop();
        return;
      default: {
        const std::size_t kind = pick(random_, 5);
        const std::size_t bytes = kind == 0 ? 100'000 : kind == 1 ? 0 : 1 + pick(random_, 700);
        if (reader.connected()) reader.read(bytes);
      }
    }
  }

  void finish() {
    for (auto& source : sources_) deliver(*source, 1'000'000);
    for (auto& reader : readers_) {
      if (!reader->connected()) reader->connect();
    }
    for (int quiet = 0; quiet < 3;) {
      bool moved = false;
      for (auto& source : sources_) moved = source->broker.answer_all() || moved;
      for (auto& reader : readers_) moved = reader->read(1 << 20) || moved;
      quiet = moved ? 0 : quiet + 1;
    }
    for (auto& reader : readers_) reader->expect_complete();
  }

 private:
  void deliver(Source& source, std::size_t count) {
    for (std::size_t p = 0; p < source.broker.partitions(); ++p) {
      source.broker.deliver(static_cast<Partition>(p), count);
    }
    for (auto& reader : readers_) {
      if (reader->connected()) reader->client().wake();
    }
  }
  void trim(Source& source) {
    const auto partition = static_cast<Partition>(pick(random_, source.broker.partitions()));
    const std::int64_t length = source.broker.end(partition) - source.broker.first(partition);
    if (length > 20) source.broker.trim(partition, source.broker.first(partition) + length / 3);
  }

  Random random_;
  Memory memory_{8 << 20};
  ReplayPool pool_{memory_};
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::unique_ptr<FilteredReader>> readers_;
};

// SIDESTREAM_SEED replays one program; SIDESTREAM_MODEL_RUNS sets their number.
TEST(FilterModel, DeliversEachMatchingRecordOnceInOrderOrAnnouncesItsLoss) {
  const char* seed = std::getenv("SIDESTREAM_SEED");
  const char* text = std::getenv("SIDESTREAM_MODEL_RUNS");
  const std::uint64_t first = seed ? std::stoull(seed) : 1;
  const std::uint64_t runs = seed ? 1 : text ? std::stoull(text) : 50;
  for (std::uint64_t i = first; i < first + runs; ++i) {
    SCOPED_TRACE("replay with SIDESTREAM_SEED=" + std::to_string(i));
    FilteredWorld world(i);
    for (int step = 0; step < 2000 && !testing::Test::HasFailure(); ++step) world.step();
    if (!testing::Test::HasFailure()) world.finish();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace sidestream
