#include "tests/system/faults/broker_env.hpp"

#include <stdexcept>

namespace e2e::faults {

void NoSuchFaults::no() { throw std::logic_error("this kind of broker has no such fault"); }

std::unique_ptr<BrokerEnv> make_broker_env(const std::string& kind) {
  if (kind == "embedded") return make_embedded_broker_env();
  if (kind == "kafkacluster") return make_cluster_broker_env();
  return kind == "redis" ? make_redis_broker_env() : make_kafka_broker_env();
}

}  // namespace e2e::faults
