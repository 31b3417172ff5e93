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
        "this librdkafka can crash when a topic is recreated; use 2.10 or newer, or a patched "
        "build");
  }
  // leader_epochs.cpp
  if (version >= 0x020100ff) {
    risks.emplace_back(
        "with this librdkafka a recreated topic may stay unreadable until a restart; use 2.0, or a "
        "patched build");
  }
  return risks;
#endif
}

}  // namespace sidestream::kafka
