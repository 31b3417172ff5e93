#pragma once
// The properties with the SASL user name and password, which may change while handles are open.
// Later connections use the new ones; open connections stay up.
//
// Thread: any.

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "connectors/kafka/kafka_handles.hpp"
#include "connectors/kafka/kafka_properties.hpp"

namespace sidestream::kafka {

class KafkaLogin {
 public:
  explicit KafkaLogin(Properties properties) : properties_(std::move(properties)) {}

  // For a new handle.
  Properties properties() const;
  void add(rd_kafka_t* handle);
  void remove(rd_kafka_t* handle);
  void set(const std::string& username, const std::string& password);

 private:
  void apply(rd_kafka_t* handle) const;

  mutable std::mutex mutex_;
  Properties properties_;
  std::set<rd_kafka_t*> handles_;
  bool changed_ = false;
};

}  // namespace sidestream::kafka
