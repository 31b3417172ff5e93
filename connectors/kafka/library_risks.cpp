#include "connectors/kafka/library_risks.hpp"

#include <librdkafka/rdkafka.h>

namespace sidestream::kafka {

std::vector<std::string_view> library_risks() {
#if defined(SIDESTREAM_MENDS_RDKAFKA)
  return {};
#else
  const int version = rd_kafka_version();
  std::vector<std::string_view> risks;
  // metadata_cache.cpp
  if (version >= 0x020400ff && version < 0x020a00ff) {
    risks.emplace_back(
        "this librdkafka can end the process when a topic is made anew: use 2.10 or newer, or a "
        "build that mends it");
  }
  // leader_epochs.cpp
  if (version >= 0x020100ff) {
    risks.emplace_back(
        "with this librdkafka a topic that is made anew may be read and written no more until a "
        "restart: use 2.0, or a build that mends it");
  }
  return risks;
#endif
}

}  // namespace sidestream::kafka
