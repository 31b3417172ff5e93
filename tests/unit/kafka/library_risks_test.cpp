#include "connectors/kafka/library_risks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sidestream::kafka {
namespace {

// On Debian 13 this proves that the patched librdkafka is linked.
TEST(KafkaLibraryRisks, AreEmptyInThisBuild) { EXPECT_THAT(library_risks(), testing::IsEmpty()); }

}  // namespace
}  // namespace sidestream::kafka
