#include "connectors/kafka/kafka_client.hpp"

#include <utility>

namespace sidestream::kafka {
namespace {

constexpr std::int16_t metadata_api_key = 3;
constexpr std::int16_t sasl_handshake_api_key = 17;
constexpr std::int16_t versions_api_key = 18;
constexpr std::int16_t sasl_authenticate_api_key = 36;

thread_local TopicErrors* listening = nullptr;

KafkaClient& self_of(void* opaque) { return *static_cast<KafkaClient*>(opaque); }

}  // namespace

TopicErrors::TopicErrors() { listening = this; }
TopicErrors::~TopicErrors() { listening = nullptr; }

void TopicErrors::note(rd_kafka_resp_err_t code) {
  if (listening == nullptr) return;
  if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
      code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    listening->unknown_ = true;
  }
}

std::unique_ptr<KafkaClient> KafkaClient::make(Role role, const Properties& properties,
                                               ClientEvents& events, std::string& reason) {
  std::unique_ptr<KafkaClient> client(new KafkaClient(events));
  auto config = make_configuration(role, properties);
  set_callbacks(config.get(), client.get());
  char text[512] = "";
  const auto type = role == Role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  if (role == Role::producer) {
    rd_kafka_conf_set_dr_msg_cb(config.get(),
                                [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
                                  self_of(opaque).events_.on_report(*message);
                                });
  }
  client->handle_.reset(rd_kafka_new(type, config.get(), text, sizeof(text)));
  if (!client->handle_) {
    reason = text;
    return nullptr;
  }
  [[maybe_unused]] auto* taken = config.release();
  events.on_open(client->get());
  return client;
}

KafkaClient::~KafkaClient() {
  if (handle_) events_.on_close(handle_.get());
}

void KafkaClient::set_callbacks(rd_kafka_conf_t* config, KafkaClient* self) {
  rd_kafka_conf_set_opaque(config, self);
  rd_kafka_conf_set_error_cb(config, [](rd_kafka_t*, int code, const char* text, void* opaque) {
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    TopicErrors::note(error);
    self_of(opaque).events_.on_error(error, text == nullptr ? rd_kafka_err2str(error) : text);
  });
  rd_kafka_conf_set_throttle_cb(
      config, [](rd_kafka_t*, const char*, std::int32_t broker, int ms, void* opaque) {
        self_of(opaque).events_.on_throttle(broker, ms);
      });
  rd_kafka_conf_set_log_cb(
      config, [](const rd_kafka_t* handle, int level, const char* facility, const char* text) {
        if (handle == nullptr) return;
        auto* opaque = rd_kafka_opaque(handle);
        if (opaque != nullptr)
          self_of(opaque).events_.on_log(level, std::string(facility) + ": " + text);
      });
  const auto on_request = [](rd_kafka_t*, int, const char*, std::int32_t, std::int16_t key,
                             std::int16_t, std::int32_t, std::size_t, void* opaque) {
    if (key == metadata_api_key) {
      self_of(opaque).metadata_requests_.fetch_add(1, std::memory_order_release);
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  static constexpr rd_kafka_interceptor_f_on_request_sent_t* request_hook = on_request;
  const auto on_response = [](rd_kafka_t*, int, const char*, std::int32_t broker, std::int16_t key,
                              std::int16_t, std::int32_t, std::size_t, std::int64_t,
                              rd_kafka_resp_err_t error, void* opaque) {
    const bool handshake = key == sasl_handshake_api_key || key == versions_api_key ||
                           key == sasl_authenticate_api_key;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && !handshake && broker >= 0)
      self_of(opaque).events_.on_answer(broker);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  };
  static constexpr rd_kafka_interceptor_f_on_response_received_t* response_hook = on_response;
  const auto on_new = [](rd_kafka_t* handle, const rd_kafka_conf_t*, void* opaque, char*,
                         std::size_t) {
    const auto error =
        rd_kafka_interceptor_add_on_request_sent(handle, "sidestream", request_hook, opaque);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    return rd_kafka_interceptor_add_on_response_received(handle, "sidestream", response_hook,
                                                         opaque);
  };
  rd_kafka_conf_interceptor_add_on_new(config, "sidestream", on_new, self);
}

TopicHandle KafkaClient::topic(const std::string& name) const {
  return TopicHandle(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
}

KafkaClient::Fatal KafkaClient::fatal_error() const {
  char text[512] = "";
  const auto code = rd_kafka_fatal_error(handle_.get(), text, sizeof(text));
  return {code, text};
}

}  // namespace sidestream::kafka
