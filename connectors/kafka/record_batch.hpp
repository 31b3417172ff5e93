#pragma once
// librdkafka's messages as Records, and what is remembered of one to know it again.

#include <cstdint>
#include <span>
#include <vector>

#include "connectors/kafka/kafka_handles.hpp"
#include "connectors/record.hpp"

namespace sidestream::kafka {

// Enough of a record to tell whether its log is still the log it was read from.
struct Fingerprint {
  std::int64_t offset = -1;
  std::int64_t timestamp = 0;
  std::uint64_t content = 0;

  static Fingerprint of(const Record& record);
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

// Views of messages, which outlive it. Reused, so that a batch allocates nothing once it has grown.
class RecordBatch {
 public:
  void add(const rd_kafka_message_t& message);
  bool empty() const { return records_.empty(); }
  // Valid until the next add() or clear().
  std::span<const Record> records();
  void clear();

 private:
  struct HeaderRange {
    std::size_t record;
    std::size_t first;
    std::size_t count;
  };
  void add_headers(const rd_kafka_message_t& message);

  std::vector<Record> records_;
  std::vector<Header> headers_;
  std::vector<HeaderRange> ranges_;
};

}  // namespace sidestream::kafka
