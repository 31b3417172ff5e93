#pragma once
// Test suites that run once for each kind of broker:
//
//   class Resume : public OnBroker {};
//   ON_EVERY_BROKER(Resume);
//   TEST_P(Resume, GoesOnAfterTheId) { Stage stage(GetParam()); ... }

#include <gtest/gtest.h>

#include "tests/support/harness/stage.hpp"

namespace e2e {

class OnBroker : public testing::TestWithParam<std::string> {};

// One broker of each protocol: for what does not depend on partitions.
inline const std::vector<std::string>& one_of_each() {
  static const std::vector<std::string> kinds{"embedded", "redis", "kafka1"};
  return kinds;
}

// Of these, the brokers whose records and retention are others' business too.
inline const std::vector<std::string>& one_of_others() {
  static const std::vector<std::string> kinds{"redis", "kafka1"};
  return kinds;
}

inline std::string kind_name(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace e2e

#define ON_KINDS(suite, kinds) \
  INSTANTIATE_TEST_SUITE_P(On, suite, testing::ValuesIn(kinds), ::e2e::kind_name)
#define ON_EVERY_BROKER(suite) ON_KINDS(suite, ::e2e::all_kinds())
