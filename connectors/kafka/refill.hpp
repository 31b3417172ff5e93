#pragma once
// Keeps librdkafka fetching. It stops when its queue is full, and up to 2.1 its broker thread
// checks only once a second whether the queue has been emptied: a catch-up then reads one queueful
// per second. So the reader that empties a possibly full queue sends the broker a small request,
// which wakes that thread. From 2.2 on fetch.queue.backoff.ms does the same.
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
  // The queue is empty. True: it may have been full since it was empty last.
  bool owed() const { return records_ >= max_records_ || bytes_ >= max_bytes_; }
  // Wakes the broker thread of the partition's leader. Takes about a millisecond.
  static void wake_broker(const KafkaClient& client, const char* topic, Partition partition);
  void settle() { records_ = bytes_ = 0; }

 private:
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
  std::size_t max_records_;
  std::size_t max_bytes_;
};

}  // namespace sidestream::kafka
