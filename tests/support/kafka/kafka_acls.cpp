#include "tests/support/kafka/kafka_acls.hpp"

#include "tests/support/kafka/record_producer.hpp"

namespace sidestream::test {
namespace {

constexpr auto* principal = "User:alice";

// The error of the operation, or of its only element.
std::string outcome(rd_kafka_event_t* event) {
  if (event == nullptr) return "no answer";
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return rd_kafka_event_error_string(event);
  std::size_t count = 0;
  if (const auto* created = rd_kafka_event_CreateAcls_result(event)) {
    const auto** results = rd_kafka_CreateAcls_result_acls(created, &count);
    const auto* error = count == 0 ? nullptr : rd_kafka_acl_result_error(results[0]);
    return error == nullptr ? "" : rd_kafka_error_string(error);
  }
  return rd_kafka_event_DeleteAcls_result(event) == nullptr ? "unexpected event" : "";
}

}  // namespace

KafkaAcls::KafkaAcls(const std::string& brokers)
    : handle_(make_producer(producing(brokers))), queue_(rd_kafka_queue_new(handle_)) {}

KafkaAcls::~KafkaAcls() {
  rd_kafka_queue_destroy(queue_);
  rd_kafka_destroy(handle_);
}

void KafkaAcls::allow(const std::string& topic, rd_kafka_AclOperation_t operation) {
  add(topic, operation, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
}

void KafkaAcls::deny(const std::string& topic, rd_kafka_AclOperation_t operation) {
  add(topic, operation, RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
}

void KafkaAcls::add(const std::string& topic, rd_kafka_AclOperation_t operation,
                    rd_kafka_AclPermissionType_t permission) {
  char why[256];
  auto* binding = rd_kafka_AclBinding_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str(),
                                          RD_KAFKA_RESOURCE_PATTERN_LITERAL, principal, "*",
                                          operation, permission, why, sizeof(why));
  if (binding == nullptr) fail("ACL of " + topic, why);
  rd_kafka_CreateAcls(handle_, &binding, 1, nullptr, queue_);
  rd_kafka_AclBinding_destroy(binding);
  finish("ACL of " + topic, RD_KAFKA_EVENT_CREATEACLS_RESULT);
}

void KafkaAcls::clear(const std::string& topic) {
  char why[256];
  auto* filter = rd_kafka_AclBindingFilter_new(
      RD_KAFKA_RESOURCE_TOPIC, topic.empty() ? nullptr : topic.c_str(),
      RD_KAFKA_RESOURCE_PATTERN_LITERAL, principal, nullptr, RD_KAFKA_ACL_OPERATION_ANY,
      RD_KAFKA_ACL_PERMISSION_TYPE_ANY, why, sizeof(why));
  if (filter == nullptr) fail("ACLs of " + topic, why);
  rd_kafka_DeleteAcls(handle_, &filter, 1, nullptr, queue_);
  rd_kafka_AclBinding_destroy(filter);
  finish("ACLs of " + topic, RD_KAFKA_EVENT_DELETEACLS_RESULT);
}

void KafkaAcls::finish(const std::string& what, rd_kafka_event_type_t type) {
  auto* event = rd_kafka_queue_poll(queue_, limit_ms);
  auto error = outcome(event);
  if (event != nullptr && rd_kafka_event_type(event) != type) error = "unexpected event";
  if (event != nullptr) rd_kafka_event_destroy(event);
  if (!error.empty()) fail(what, error.c_str());
}

}  // namespace sidestream::test
