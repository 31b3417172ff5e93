#pragma once
// Reads one partition from any offset. A read that continues where the last one ended uses what
// librdkafka has fetched ahead.
//
// Thread: one at a time. Owns: its queue. Shares: the client.

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

  // Requires: nothing else reads this partition through `client`.
  RangeReader(std::shared_ptr<const KafkaClient> client, const std::string& topic,
              Partition partition);
  ~RangeReader();
  RangeReader(const RangeReader&) = delete;
  RangeReader& operator=(const RangeReader&) = delete;

  // The next message is the first at or after `offset`. `uncached`: drops what was fetched ahead.
  void seek(std::int64_t offset, bool uncached);
  // The next message, error or end of partition; null if there is none within `wait`.
  MessageHandle next(std::chrono::milliseconds wait);
  // Takes back the message that next() returned; next() returns it again.
  void put_back(MessageHandle message);
  // The offset that is read next without a seek; -1: unknown.
  std::int64_t position() const { return position_; }

  const KafkaClient* client() const { return client_.get(); }
  const std::string& topic() const { return topic_; }
  Partition partition() const { return partition_; }

  // Set by the owner.
  bool busy = false;
  Clock::time_point last_used = Clock::now();

 private:
  void halt();
  void drop_leftovers();
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
