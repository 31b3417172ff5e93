#include "connectors/kafka/kafka_login.hpp"

namespace sidestream::kafka {

Properties KafkaLogin::properties() const {
  const std::lock_guard lock(mutex_);
  return properties_;
}

void KafkaLogin::add(rd_kafka_t* handle) {
  const std::lock_guard lock(mutex_);
  handles_.insert(handle);
  // The handle may have been created with the previous password.
  if (changed_) apply(handle);
}

void KafkaLogin::remove(rd_kafka_t* handle) {
  const std::lock_guard lock(mutex_);
  handles_.erase(handle);
}

void KafkaLogin::set(const std::string& username, const std::string& password) {
  const std::lock_guard lock(mutex_);
  properties_["sasl.username"] = username;
  properties_["sasl.password"] = password;
  changed_ = true;
  for (rd_kafka_t* handle : handles_) apply(handle);
}

// Fails only without a name or a password; set() has stored both.
void KafkaLogin::apply(rd_kafka_t* handle) const {
  rd_kafka_error_t* error = rd_kafka_sasl_set_credentials(
      handle, properties_.at("sasl.username").c_str(), properties_.at("sasl.password").c_str());
  if (error != nullptr) rd_kafka_error_destroy(error);
}

}  // namespace sidestream::kafka
