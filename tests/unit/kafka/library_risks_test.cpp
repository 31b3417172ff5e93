#include "connectors/kafka/library_risks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sidestream::kafka {
namespace {

// On Debian 13 this means that the mended librdkafka is linked.
TEST(KafkaLibraryRisks, WhatIsBuiltHereHasNone) {
  EXPECT_THAT(library_risks(), testing::IsEmpty());
}

}  // namespace
}  // namespace sidestream::kafka
