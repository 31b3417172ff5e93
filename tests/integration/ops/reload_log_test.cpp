// Every way in which a stream can end has its word in the log.

#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "tests/integration/ops/harness/endings.hpp"
#include "tests/integration/ops/harness/log_lines.hpp"
#include "tests/integration/ops/harness/operated.hpp"
#include "tests/support/harness/kinds.hpp"

namespace e2e {
namespace {

// The reasons of the ends, each as often as it is there.
std::multiset<std::string> reasons(const std::vector<boost::json::object>& ends) {
  std::multiset<std::string> result;
  for (const auto& end : ends) result.insert(text_of(end, "reason"));
  return result;
}

TEST(ReloadLog, LogsTheReasonOfEveryEnd) {
  Config config{
      .server = {"max_age: 2s", "drain: 500ms"},
      .connectors = {"local: { embedded: {} }"},
      .topics = {"t: { from: local }", "changed: { from: local }", "gone: { from: local }"}};
  Operated sidecar(config);
  open_live(sidecar.streams(), 2).clear();
  auto changed = open_live(sidecar.streams(), 2, "/events/changed");
  auto gone = open_live(sidecar.streams(), 3, "/events/gone");
  sidecar.config.topics.pop_back();
  sidecar.config.topics.back() = "changed: { from: local, heartbeat: 5s }";
  sidecar.apply();
  watch_endings(changed, 3s * patience);
  watch_endings(gone, 3s * patience);
  changed.clear();
  gone.clear();
  auto aged = open_live(sidecar.streams(), 2);
  watch_endings(aged, 5s * patience);
  aged.clear();
  auto drained = open_live(sidecar.streams(), 2);
  sidecar.process().signal(SIGTERM);
  watch_endings(drained, 5s * patience);
  drained.clear();
  EXPECT_EQ(sidecar.process().exit_status(5s * patience), 0);
  EXPECT_EQ(
      reasons(stream_ends(sidecar.process(), 11)),
      (std::multiset<std::string>{"client", "client", "reload", "reload", "removed", "removed",
                                  "removed", "max_age", "max_age", "drain", "drain"}));
}

}  // namespace
}  // namespace e2e
