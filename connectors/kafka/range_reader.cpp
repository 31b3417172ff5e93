#include "connectors/kafka/range_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sidestream::kafka {

RangeReader::RangeReader(std::shared_ptr<const KafkaClient> client, const std::string& topic,
                         Partition partition)
    : client_(std::move(client)),
      topic_(topic),
      partition_(partition),
      handle_(client_->topic(topic)),
      queue_(rd_kafka_queue_new(client_->get())),
      refill_(*client_) {}

RangeReader::~RangeReader() {
  if (started_) rd_kafka_consume_stop(handle_.get(), partition_);
}

void RangeReader::halt() {
  if (std::exchange(started_, false)) rd_kafka_consume_stop(handle_.get(), partition_);
  ahead_.clear();
  position_ = -1;
  queue_.reset(rd_kafka_queue_new(client_->get()));  // the old one may hold errors of that place
}

void RangeReader::seek(std::int64_t offset, bool uncached) {
  if (started_ && !uncached && position_ == offset) return;
  halt();
  started_ = rd_kafka_consume_start_queue(handle_.get(), partition_, offset, queue_.get()) == 0;
  if (started_) position_ = offset;
  drop_leftovers();
}

// librdkafka hands over errors of the place that was left. Nothing can have come from this one yet,
// but in case it has, records are kept.
void RangeReader::drop_leftovers() {
  while (auto* left = rd_kafka_consume_queue(queue_.get(), 0)) {
    MessageHandle message(left);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ahead_.push_back(std::move(message));
  }
}

bool RangeReader::fill(std::chrono::milliseconds wait) {
  auto* first = rd_kafka_consume_queue(queue_.get(), 0);
  if (first == nullptr) {
    if (refill_.owed()) Refill::wake_broker(*client_, topic_.c_str(), partition_);
    refill_.settle();
    first = rd_kafka_consume_queue(queue_.get(), static_cast<int>(wait.count()));
  }
  if (first == nullptr) return false;
  ahead_.emplace_back(first);
  std::array<rd_kafka_message_t*, 512> more;
  const auto count = rd_kafka_consume_batch_queue(queue_.get(), 0, more.data(), more.size());
  for (ssize_t i = 0; i < count; ++i) ahead_.emplace_back(more[static_cast<std::size_t>(i)]);
  for (const auto& message : ahead_) refill_.took(*message);
  return true;
}

MessageHandle RangeReader::next(std::chrono::milliseconds wait) {
  if (ahead_.empty() && !fill(wait)) return nullptr;
  auto message = std::move(ahead_.front());
  ahead_.pop_front();
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    position_ = message->offset + 1;
  } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    position_ = std::max<std::int64_t>(position_, message->offset);
  } else {
    position_ = -1;  // unknown after an error: a seek is required
  }
  return message;
}

void RangeReader::put_back(MessageHandle message) {
  position_ = message->offset;
  ahead_.push_front(std::move(message));
}

}  // namespace sidestream::kafka
