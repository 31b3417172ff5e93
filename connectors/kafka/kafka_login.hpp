#pragma once
// Who we are to the brokers: name and password may change while handles are open. Connections that
// are made from then on use the new ones; those that are up stay up.
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

  // For a handle that is to be made.
  Properties properties() const;
  void add(rd_kafka_t* handle);
  void remove(rd_kafka_t* handle);
  void set(const std::string& username, const std::string& password);

 private:
  void tell(rd_kafka_t* handle) const;

  mutable std::mutex mutex_;
  Properties properties_;
  std::set<rd_kafka_t*> handles_;
  bool changed_ = false;
};

}  // namespace sidestream::kafka
