#pragma once
// librdkafka messages as Records.
//
// Thread: one at a time. Borrows: the messages, which outlive the batch's contents. A batch is
// reused: once it has grown it allocates nothing.

#include <span>
#include <vector>

#include "connectors/kafka/kafka_handles.hpp"
#include "connectors/record.hpp"

namespace sidestream::kafka {

// Whether librdkafka received records but could not read them: a corrupt batch.
inline bool means_unreadable(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__BAD_MSG || error == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
         error == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}

class MessageBatch {
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
