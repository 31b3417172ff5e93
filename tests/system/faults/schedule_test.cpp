// A seed must mean the same wherever and whenever it is run.

#include "tests/system/faults/schedule.hpp"

#include <gtest/gtest.h>

#include <set>

namespace e2e::faults {
namespace {

TEST(Schedule, IsAFunctionOfItsSeed) {
  std::set<std::string> different;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto text = make_schedule("redis", seed, {}).text();
    EXPECT_EQ(text, make_schedule("redis", seed, {}).text());
    different.insert(text.substr(text.find('\n')));
  }
  EXPECT_EQ(different.size(), 50u);
}

TEST(Schedule, EndsWhatItBegins) {
  for (const auto* kind : {"embedded", "redis", "kafka3", "kafkacluster"}) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      int broken = 0;
      for (const auto& step : make_schedule(kind, seed, {}).steps) {
        switch (step.fault) {
          case Fault::kill_sidecar:
          case Fault::end_sidecar:
          case Fault::freeze_sidecar:
          case Fault::kill_broker:
          case Fault::freeze_broker:
          case Fault::fill_disk:
          case Fault::silence_link:
          case Fault::refuse:
          case Fault::attack:
          case Fault::lose_keys:
          case Fault::kill_worker:
          case Fault::freeze_worker:
            ++broken;
            break;
          case Fault::start_sidecar:
          case Fault::thaw_sidecar:
          case Fault::start_broker:
          case Fault::thaw_broker:
          case Fault::free_disk:
          case Fault::mend_link:
          case Fault::reset_link:
          case Fault::grant:
          case Fault::end_attack:
          case Fault::return_keys:
          case Fault::start_worker:
          case Fault::thaw_worker:
            --broken;
            break;
          case Fault::wipe:
          case Fault::recreate:
            EXPECT_EQ(broken, 0) << "all must hear of another generation";
            break;
          default:
            break;
        }
      }
      EXPECT_EQ(broken, 0) << kind << " " << seed;
    }
  }
}

TEST(Schedule, UsesEachFault) {
  std::set<Fault> seen;
  std::set<Attack> attacked;
  std::set<Refusal> refused;
  for (const auto* kind : {"embedded", "redis", "kafka1", "kafkacluster"}) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      for (const auto& step : make_schedule(kind, seed, {}).steps) {
        seen.insert(step.fault);
        attacked.insert(step.attack);
        refused.insert(step.refusal);
      }
    }
  }
  EXPECT_EQ(seen.size(), 39u);
  EXPECT_EQ(attacked.size(), static_cast<std::size_t>(attacks));
  EXPECT_EQ(refused.size(), static_cast<std::size_t>(refusals));
}

}  // namespace
}  // namespace e2e::faults
