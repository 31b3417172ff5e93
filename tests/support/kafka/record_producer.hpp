#pragma once
// How KafkaAdmin and KafkaTransaction write records through librdkafka. Private to the folder.
//
// Errors: std::runtime_error with librdkafka's text.

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tests/support/kafka/kafka_record.hpp"

namespace sidestream::test {

using Properties = std::map<std::string, std::string>;

// Limit of one operation.
constexpr int limit_ms = 30'000;

[[noreturn]] void fail(const std::string& what, const char* why);
// Throws unless `error` is null; destroys it.
void check(rd_kafka_error_t* error, const std::string& what);

// The properties of an idempotent producer.
Properties producing(const std::string& brokers);
// The caller destroys the handle.
rd_kafka_t* make_producer(const Properties& properties);
// `offset`: set by the delivery report, unless null.
void enqueue(rd_kafka_t* handle, const std::string& topic, std::int32_t partition,
             const KafkaRecord& record, std::int64_t* offset);
// Writes to one partition in this order; returns the offsets.
std::vector<std::int64_t> produce_to(rd_kafka_t* handle, const std::string& topic,
                                     std::int32_t partition, std::span<const KafkaRecord> records);

}  // namespace sidestream::test
