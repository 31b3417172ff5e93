#include "tests/system/faults/ground.hpp"

#include <stdexcept>

namespace e2e::faults {

void NoSuchFaults::no() { throw std::logic_error("this kind of broker has no such fault"); }

std::unique_ptr<Ground> make_ground(const std::string& kind) {
  if (kind == "embedded") return make_embedded_ground();
  if (kind == "kafkacluster") return make_cluster_ground();
  return kind == "redis" ? make_redis_ground() : make_kafka_ground();
}

}  // namespace e2e::faults
