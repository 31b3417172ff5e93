// The seek for the newest records (`tail=`) on real brokers.
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "sidecar/stream/replay/tail_seeks.hpp"
#include "tests/integration/connectors/suite.hpp"
#include "tests/support/borrowed.hpp"

namespace sidestream::test {
namespace {

// Questions about one log, and their answers. Requires: the connector stops before it is destroyed.
class Seeks {
 public:
  Seeks(Connector& connector, const std::string& log)
      : topic_(std::make_shared<Topic>(TopicSettings(), borrowed(connector))),
        replay_(std::make_shared<Replay>(topic_, log, pool_)),
        seeks_(std::make_shared<TailSeeks>(topic_, log, replay_, pool_)) {}

  void ask(const LogExtent& extent, std::int64_t wanted,
           const std::shared_ptr<const void>& waiting) {
    const auto done = [this, wanted](Result<Position> position) {
      const std::lock_guard lock(mutex_);
      answers_.emplace_back(wanted, std::move(position));
    };
    seeks_->ask({wanted, 0}, extent, {waiting, ClientId{1}, done});
  }
  // To the question for that many records.
  std::vector<Result<Position>> answers(std::int64_t wanted) {
    const std::lock_guard lock(mutex_);
    std::vector<Result<Position>> found;
    for (const auto& [records, position] : answers_) {
      if (records == wanted) found.push_back(position);
    }
    return found;
  }
  std::size_t answers() {
    const std::lock_guard lock(mutex_);
    return answers_.size();
  }

 private:
  Memory memory_{8 << 20};
  ReplayPool pool_{memory_};
  std::shared_ptr<Topic> topic_;
  std::shared_ptr<Replay> replay_;
  std::shared_ptr<TailSeeks> seeks_;
  std::mutex mutex_;
  std::vector<std::pair<std::int64_t, Result<Position>>> answers_;
};

}  // namespace

TEST_P(ConnectorSuite, SharesOneSeekAmongEqualQuestions) {
  const auto log = new_log();
  const auto offsets = append(log, 5000);
  const auto held = extent(log);
  Seeks seeks(connector(), log);
  const auto waiting = std::make_shared<char>();
  const auto before = connector().probe().ranges_read.load();
  for (int i = 0; i < 200; ++i) seeks.ask(held, 3000, waiting);
  EXPECT_TRUE(eventually([&] { return seeks.answers() == 200; }));
  EXPECT_LE(connector().probe().ranges_read - before, 40u);
  drop_connector();
  for (const auto& answer : seeks.answers(3000)) {
    const Offset position = answer.value().at(0);
    EXPECT_GE(position, offsets[1999]);
    EXPECT_LT(position, offsets[2000]);
  }
}

TEST_P(ConnectorSuite, GoesOnWithTheNextSeekWhenAllAskersHaveLeft) {
  const auto log = new_log();
  const auto offsets = append(log, 5000);
  const auto held = extent(log);
  Seeks seeks(connector(), log);
  auto left = std::make_shared<char>();
  const auto stays = std::make_shared<char>();
  for (std::int64_t wanted = 4000; wanted < 4500; ++wanted) seeks.ask(held, wanted, left);
  seeks.ask(held, 10, stays);
  left.reset();
  const auto answered = [&] { return seeks.answers(10).size() == 1; };
  ASSERT_TRUE(eventually(answered, std::chrono::seconds(3)));
  drop_connector();
  EXPECT_LT(seeks.answers(), 500u) << "seeks for clients that had left";
  const Offset position = seeks.answers(10).front().value().at(0);
  EXPECT_GE(position, offsets[4989]);
  EXPECT_LT(position, offsets[4990]);
}

}  // namespace sidestream::test
