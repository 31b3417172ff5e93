#pragma once
// A scripted broker for one thread. Calls are queued and answered by answer_all(), so a test
// decides what happens between a call and its answer.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.hpp"

namespace sidestream {

class ScriptedConnector final : public Connector {
 public:
  explicit ScriptedConnector(std::size_t partitions) : partitions_(partitions) {}

  // Appends and returns the offset. The tail gets the record with deliver().
  std::int64_t append(Partition partition, std::optional<std::string> value,
                      std::optional<std::string> key = {});
  // Delivers at most `count` new records of a partition to the sink.
  void deliver(Partition partition, std::size_t count);
  void deliver_all();
  // Markers up to this offset follow the records; deliver_all() passes them to the sink afterwards.
  void pass(Partition partition, std::int64_t through) { passed_.emplace_back(partition, through); }
  void trim(Partition partition, std::int64_t first);
  // The tail sees it at once, or with tell_grown().
  void grow(bool seen = true);
  void tell_grown();
  // Recreates the log without records. The tail sees it at once, or with tell_recreated().
  void recreate(bool seen = true);
  void tell_recreated();
  // The next read finds nothing, whatever the broker holds.
  void lose_a_read() { lose_a_read_ = true; }
  // Answers all queries with `error` until accept().
  void refuse(Errc error) { refusal_ = make_error_code(error); }
  void accept() { refusal_ = {}; }
  // What publishes get.
  void refuse_publishes(PublishError error) { publish_error_ = std::move(error); }
  // The partition's extent is unknown until elect_leader().
  void lose_leader(Partition partition) { leaderless_ = partition; }
  void elect_leader() { leaderless_.reset(); }
  // Reads find `offset` unreadable and skip it as a loss.
  void damage(std::int64_t offset) { damaged_ = offset; }
  // Answers all calls up to now. Returns false if there were none.
  bool answer_all();

  std::size_t partitions() const { return partitions_.size(); }
  std::int64_t end(Partition partition) const {
    return partitions_[index(partition)].first + size(partition);
  }
  std::int64_t first(Partition partition) const { return partitions_[index(partition)].first; }
  std::uint64_t reads() const { return probe_.ranges_read; }
  // How often the newest record was asked for.
  std::uint64_t newest_queries() const { return newest_queries_; }

  OffsetFormat format() const override { return OffsetFormat::integer; }
  const ConnectorProbe& probe() const override { return probe_; }
  void start() override {}
  void stop() override {}
  void extent(std::string log, Callback<LogExtent> done) override;
  void locate(std::string log, Timestamp time, Callback<Position> done) override;
  void back(std::string log, Partition partition, Offset end, std::int64_t count,
            Callback<Offset> done) override;
  void read(Range range, std::function<void(std::span<const Record>)> deliver,
            Callback<Offset> done) override;
  void newest(NewestQuery query, NewestCallback done) override;
  std::unique_ptr<Tail> tail(std::string log, Position from, TailSink& sink) override;
  void publish(std::string log, Message message, PublishCallback done) override;

 private:
  struct Kept {
    std::optional<std::string> value, key;
  };
  struct Held {
    std::int64_t first = 0;
    std::deque<Kept> records;
    std::int64_t tail_at = 0;  // next offset for the sink
  };
  static std::size_t index(Partition partition) { return static_cast<std::size_t>(partition); }
  std::int64_t size(Partition partition) const {
    return static_cast<std::int64_t>(partitions_[index(partition)].records.size());
  }
  Record record(Partition partition, std::int64_t offset) const;
  void answer_read(const Range& range, const std::function<void(std::span<const Record>)>& deliver,
                   const Callback<Offset>& done);

  std::vector<Held> partitions_;
  TailSink* sink_ = nullptr;
  std::size_t known_ = 0;  // how many partitions the tail knows of
  bool lose_a_read_ = false;
  boost::system::error_code refusal_;
  PublishError publish_error_{Errc::unavailable};
  std::optional<std::int64_t> damaged_;
  std::optional<Partition> leaderless_;
  std::uint64_t newest_queries_ = 0;
  std::vector<std::pair<Partition, std::int64_t>> passed_;
  std::vector<std::function<void()>> asked_;
  ConnectorProbe probe_;
};

}  // namespace sidestream
