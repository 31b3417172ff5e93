#include "connectors/kafka/metadata_cache.hpp"

#include <gtest/gtest.h>

#include "connectors/kafka/leader_epochs.hpp"

namespace sidestream::kafka {
namespace {

// On Debian 13 this means that the mended librdkafka is linked.
TEST(KafkaMetadataCache, WhatIsBuiltHereIsNotAtRisk) { EXPECT_FALSE(metadata_cache_is_at_risk()); }
TEST(KafkaLeaderEpochs, WhatIsBuiltHereIsNotAtRisk) { EXPECT_FALSE(leader_epochs_are_at_risk()); }

}  // namespace
}  // namespace sidestream::kafka
