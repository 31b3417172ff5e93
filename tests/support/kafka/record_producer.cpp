#include "tests/support/kafka/record_producer.hpp"

#include <stdexcept>

namespace sidestream::test {

void fail(const std::string& what, const char* why) { throw std::runtime_error(what + ": " + why); }

void check(rd_kafka_error_t* error, const std::string& what) {
  if (error == nullptr) return;
  const std::string why = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  fail(what, why.c_str());
}

rd_kafka_t* make_producer(const Properties& properties) {
  auto* conf = rd_kafka_conf_new();
  char why[512];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof(why)) !=
        RD_KAFKA_CONF_OK) {
      fail(name, why);
    }
  }
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* report, void*) {
    if (auto* offset = static_cast<std::int64_t*>(report->_private)) {
      *offset = report->err == RD_KAFKA_RESP_ERR_NO_ERROR ? report->offset : -1'000 - report->err;
    }
  });
  auto* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
  if (handle == nullptr) fail("producer", why);
  return handle;
}

void enqueue(rd_kafka_t* handle, const std::string& topic, std::int32_t partition,
             const KafkaRecord& record, std::int64_t* offset) {
  std::vector<rd_kafka_vu_t> parts;
  const auto part = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    auto& added = parts.emplace_back();
    added.vtype = type;
    return added;
  };
  const auto bytes = [&](rd_kafka_vtype_t type, const std::string& text) {
    auto& memory = part(type).u.mem;
    memory.ptr = const_cast<char*>(text.data());
    memory.size = text.size();
  };
  part(RD_KAFKA_VTYPE_TOPIC).u.cstr = topic.c_str();
  part(RD_KAFKA_VTYPE_PARTITION).u.i32 = partition;
  part(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK;
  part(RD_KAFKA_VTYPE_OPAQUE).u.ptr = offset;
  if (record.timestamp_ms != 0) part(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = record.timestamp_ms;
  if (record.value) bytes(RD_KAFKA_VTYPE_VALUE, *record.value);
  if (record.key) bytes(RD_KAFKA_VTYPE_KEY, *record.key);
  for (const auto& [name, value] : record.headers) {
    auto& header = part(RD_KAFKA_VTYPE_HEADER).u.header;
    header.name = name.c_str();
    header.val = value ? value->data() : nullptr;
    header.size = value ? static_cast<ssize_t>(value->size()) : 0;
  }
  check(rd_kafka_produceva(handle, parts.data(), parts.size()), "produce to " + topic);
}

std::vector<std::int64_t> produce_to(rd_kafka_t* handle, const std::string& topic,
                                     std::int32_t partition, std::span<const KafkaRecord> records) {
  std::vector<std::int64_t> offsets(records.size(), -1);
  for (std::size_t i = 0; i < records.size(); ++i) {
    enqueue(handle, topic, partition, records[i], &offsets[i]);
  }
  rd_kafka_flush(handle, limit_ms);
  for (const auto offset : offsets) {
    if (offset >= 0) continue;
    const auto code = static_cast<rd_kafka_resp_err_t>(-1'000 - offset);
    fail("produce to " + topic, offset == -1 ? "no report" : rd_kafka_err2str(code));
  }
  return offsets;
}

Properties producing(const std::string& brokers) {
  // The delay costs nothing: the caller waits for all records.
  return {{"bootstrap.servers", brokers},
          {"linger.ms", "1"},
          {"message.max.bytes", "50000000"},
          {"enable.idempotence", "true"},
          {"queue.buffering.max.messages", "2000000"}};
}

}  // namespace sidestream::test
