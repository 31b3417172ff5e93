#pragma once
// Reads one partition from anywhere, and goes on where it stopped without asking the broker anew:
// what librdkafka has fetched ahead is kept.
//
// Thread: one at a time. Shares the client.

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "connectors/kafka/kafka_client.hpp"
#include "connectors/kafka/refill.hpp"
#include "connectors/record.hpp"

namespace sidestream::kafka {

class RangeReader {
 public:
  using Clock = std::chrono::steady_clock;

  // Nobody else reads this partition through `client`.
  RangeReader(std::shared_ptr<const KafkaClient> client, const std::string& topic,
              Partition partition);
  ~RangeReader();
  RangeReader(const RangeReader&) = delete;
  RangeReader& operator=(const RangeReader&) = delete;

  // The next message is the first at or after `offset`; `anew`: as the broker has it now.
  void seek(std::int64_t offset, bool anew);
  // The next message, error or end of partition; null where there is none within `wait`.
  MessageHandle next(std::chrono::milliseconds wait);
  // Returns what next() gave, so that it comes again.
  void put_back(MessageHandle message);
  // Where it would go on without a seek; -1: nowhere.
  std::int64_t position() const { return position_; }

  const KafkaClient* client() const { return client_.get(); }
  const std::string& topic() const { return topic_; }
  Partition partition() const { return partition_; }

  // For the owner of several.
  bool busy = false;
  Clock::time_point last_used = Clock::now();

 private:
  void halt();
  bool fill(std::chrono::milliseconds wait);

  const std::shared_ptr<const KafkaClient> client_;
  const std::string topic_;
  const Partition partition_;
  TopicHandle handle_;
  QueueHandle queue_;
  Refill refill_;
  bool started_ = false;
  std::int64_t position_ = -1;
  std::deque<MessageHandle> ahead_;
};

}  // namespace sidestream::kafka
