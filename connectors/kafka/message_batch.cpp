#include "connectors/kafka/message_batch.hpp"

#include <optional>
#include <string_view>

namespace sidestream::kafka {
namespace {

std::optional<std::string_view> view(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(bytes), size);
}

}  // namespace

void MessageBatch::add(const rd_kafka_message_t& message) {
  auto& record = records_.emplace_back();
  record.partition = message.partition;
  record.offset = Offset::of(message.offset);
  record.key = view(message.key, message.key_len);
  record.value = view(message.payload, message.len);
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const auto stamp = rd_kafka_message_timestamp(&message, &type);
  if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
    record.timestamp = Timestamp(std::chrono::milliseconds(stamp));
  add_headers(message);
}

void MessageBatch::add_headers(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const std::size_t first = headers_.size();
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (rd_kafka_header_get_all(headers, headers_.size() - first, &name, &value, &size) ==
         RD_KAFKA_RESP_ERR_NO_ERROR) {
    headers_.push_back({name, view(value, size)});
  }
  ranges_.push_back({records_.size() - 1, first, headers_.size() - first});
}

std::span<const Record> MessageBatch::records() {
  // Assigned here because headers_ no longer reallocates.
  for (const auto& range : ranges_) {
    records_[range.record].headers = std::span(headers_).subspan(range.first, range.count);
  }
  return records_;
}

void MessageBatch::clear() {
  records_.clear();
  headers_.clear();
  ranges_.clear();
}

}  // namespace sidestream::kafka
