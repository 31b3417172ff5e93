#pragma once
// Keeps librdkafka fetching. When its queue is full it stops, and up to 2.1 nothing tells the
// broker's thread that the queue has been emptied: it looks again once a second, and a catch-up
// crawls at one queueful per second. So whoever empties a queue that may have been full sends the
// broker a small question, which wakes that thread. From 2.2 on fetch.queue.backoff.ms does it.
//
// Thread: the one that reads the queue.

#include <cstddef>
#include <cstdint>

#include "connectors/kafka/kafka_client.hpp"
#include "connectors/record.hpp"

namespace sidestream::kafka {

class Refill {
 public:
  explicit Refill(const KafkaClient& client);

  void took(const rd_kafka_message_t& message) {
    ++records_;
    bytes_ += message.len + message.key_len;
  }
  // The queue is empty. Whether it can have been full since it was empty before.
  bool owed() const { return records_ >= most_records_ || bytes_ >= most_bytes_; }
  // Wakes the thread of the partition's leader. Takes a millisecond.
  static void ask(const KafkaClient& client, const char* topic, Partition partition);
  void settle() { records_ = bytes_ = 0; }

 private:
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
  std::size_t most_records_;
  std::size_t most_bytes_;
};

}  // namespace sidestream::kafka
