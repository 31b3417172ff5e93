#pragma once
// The logger of one Kafka connector and the connector's name, which every log line carries.
//
// Thread: any.

#include <string>

#include "sidecar/base/logger.hpp"

namespace sidestream::kafka {

struct KafkaLog {
  std::string connector;
  Logger logger;
};

}  // namespace sidestream::kafka
