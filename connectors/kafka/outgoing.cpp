#include "connectors/kafka/outgoing.hpp"

#include <string_view>
#include <vector>

namespace sidestream::kafka {

Errc publish_error(const rd_kafka_message_t& report) {
  switch (report.err) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return Errc::no_such_log;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return Errc::refused;
    default:
      return rd_kafka_message_status(&report) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED
                 ? Errc::unavailable
                 : Errc::unconfirmed;
  }
}

Errc publish_error(rd_kafka_resp_err_t not_accepted) {
  switch (not_accepted) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return Errc::refused;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return Errc::no_such_log;
    default:
      return Errc::unavailable;
  }
}

rd_kafka_resp_err_t produce(rd_kafka_t* handle, const std::string& topic, const Message& message,
                            void* opaque) {
  std::vector<rd_kafka_vu_t> parts;
  parts.reserve(6 + message.fields.size());  // so that references to parts stay valid
  const auto part = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    parts.emplace_back().vtype = type;
    return parts.back();
  };
  const auto add_header = [&](const std::string& name, std::string_view value) {
    auto& header = part(RD_KAFKA_VTYPE_HEADER).u.header;
    header.name = name.c_str();
    header.val = value.data();
    header.size = static_cast<ssize_t>(value.size());
  };
  part(RD_KAFKA_VTYPE_TOPIC).u.cstr = topic.c_str();
  auto& value = part(RD_KAFKA_VTYPE_VALUE).u.mem;
  value.ptr = const_cast<char*>(message.value.data());
  value.size = message.value.size();
  part(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  part(RD_KAFKA_VTYPE_OPAQUE).u.ptr = opaque;
  if (message.key) {
    auto& key = part(RD_KAFKA_VTYPE_KEY).u.mem;
    key.ptr = const_cast<char*>(message.key->data());
    key.size = message.key->size();
  }
  if (!message.event.empty() && !message.event_header.empty())
    add_header(message.event_header, message.event);
  for (const auto& [name, text] : message.fields) add_header(name, text);
  rd_kafka_error_t* const error = rd_kafka_produceva(handle, parts.data(), parts.size());
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

}  // namespace sidestream::kafka
