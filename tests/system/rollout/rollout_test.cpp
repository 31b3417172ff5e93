// A rolling restart behind a real load balancer, under clients that behave like browsers: no record
// is lost or repeated, no client is refused, reconnects are spread out, and with max_age the
// replicas end up with equal loads.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <thread>

#include "tests/support/harness/crowd.hpp"
#include "tests/support/harness/writer.hpp"
#include "tests/system/rollout/rate.hpp"
#include "tests/system/rollout/replicas.hpp"

namespace e2e::rollout {
namespace {

// At the full load; a smaller one has less to spread.
struct Scale {
  int clients = 2000;
  int drain = 8, max_age = 20;  // seconds
};

Scale scale() {
  if (load_scale() >= 1) return {};
  return {
      .clients = std::max(100, static_cast<int>(2000 * load_scale())), .drain = 4, .max_age = 8};
}

// Kafka if this run has a broker.
std::string broker() { return getenv("SIDESTREAM_TEST_KAFKA") ? "kafka3" : "redis"; }

class Rollout {
 public:
  Rollout(const std::string& balancer, const std::string& kind, bool with_max_age)
      : with_max_age_(with_max_age),
        source_(make_source(kind)),
        replicas_(config()),
        balancer_(balancer, replicas_.backends()),
        writer_(make_writer(kind, *source_, {}, {})),
        crowd_(balancer_.address(), {.readers = scale_.clients,
                                     .lanes = writer_->lanes(),
                                     .target = "/events/t",
                                     .heeds_retry = true}) {
    printf("%s, %s: %d clients, drain %d s\n", balancer.c_str(), kind.c_str(), scale_.clients,
           scale_.drain);
    if (!crowd_.all_open(60s * patience)) {
      throw std::runtime_error(crowd_.failure() + balancer_.log());
    }
  }

  Replicas& replicas() { return replicas_; }
  const Scale& scale() const { return scale_; }

  void restart() {
    writing_.emplace(*writer_, Writing::Plan{.records = 1'000'000, .per_second = 10});
    report("before");
    began_ = Clock::now();
    const auto longest = replicas_.restart_each();
    printf("  restarted in %.1f s; the longest drain took %.1f s\n", seconds_since(began_),
           std::chrono::duration<double>(longest).count());
    EXPECT_LT(longest, std::chrono::seconds(1 + scale_.drain + 2) + 500ms * patience);
    report("just after");
  }

  void report(const char* when) {
    const auto counts = replicas_.streams();
    printf("  %s: %.0f, %.0f and %.0f streams, %.0f %% off the mean\n", when, counts[0], counts[1],
           counts[2], 100 * replicas_.imbalance());
  }

  // Every client has every record, and the peak of reconnects is limited.
  void finish() {
    const auto written = writing_->written();
    EXPECT_TRUE(eventually([&] { return crowd_.slowest() >= written; }, 20s * patience, 50ms))
        << crowd_.slowest() << " of " << written << " records; " << crowd_.failure();
    crowd_.stop();
    EXPECT_EQ(crowd_.failure(), "") << balancer_.log();
    EXPECT_EQ(crowd_.cuts(), 0) << "streams that were cut instead of ended";
    printf("  %lld records, each to %d clients; %lld connections, %lld refused\n",
           static_cast<long long>(written), scale_.clients,
           static_cast<long long>(crowd_.connects()), static_cast<long long>(crowd_.refusals()));
    const int second = peak(crowd_.accepted(), began_, 1s);
    printf("  peak: %d accepted in 100 ms, %d in 1 s; %d clients over %d s are %d a second\n",
           peak(crowd_.accepted(), began_, 100ms), second, scale_.clients, scale_.drain,
           scale_.clients / scale_.drain);
    // Half more than if all were drained at once over the window, and those that are sent away by
    // their age. Without a window one replica's come within the range of `retry:`, which is more.
    const int aged = with_max_age_ ? scale_.clients * 4 / (3 * scale_.max_age) : 0;
    EXPECT_LT(second, scale_.clients / scale_.drain * 3 / 2 + aged) << "a storm";
  }

 private:
  Config config() const {
    Config config;
    config.server = {"drain_delay: 1s", "drain: " + std::to_string(scale_.drain) + "s",
                     "retry: 1s..3s"};
    if (with_max_age_) {
      config.server.push_back("max_age: " + std::to_string(scale_.max_age) + "s");
    }
    config.connectors = {"broker: " + source_->connector()};
    config.topics = {"t: { from: broker, " + source_->log_keys() + " }"};
    return config;
  }
  static double seconds_since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  }

  const Scale scale_ = rollout::scale();
  const bool with_max_age_;
  std::unique_ptr<Source> source_;
  Replicas replicas_;
  Balancer balancer_;
  std::unique_ptr<Writer> writer_;
  Crowd crowd_;
  std::optional<Writing> writing_;
  Clock::time_point began_;
};

TEST(RolloutBehind, NginxLosesNothingAndBalances) {
  if (!Balancer::is_installed("nginx")) GTEST_SKIP() << "there is no nginx on this machine";
  Rollout rollout("nginx", "redis", true);
  rollout.restart();
  const auto& scale = rollout.scale();
  // The oldest streams, and their reconnects.
  std::this_thread::sleep_for(std::chrono::seconds(scale.max_age) + 4s);
  rollout.report("one max_age later");
  // Chance alone puts them sqrt(n) apart, more than a fifth with few clients.
  const double mean = scale.clients / 3.0;
  EXPECT_LT(rollout.replicas().imbalance(), std::max(0.2, 3.5 / std::sqrt(mean)));
  rollout.finish();
}

TEST(RolloutBehind, HaproxyLosesNothing) {
  if (!Balancer::is_installed("haproxy")) GTEST_SKIP() << "there is no haproxy on this machine";
  Rollout rollout("haproxy", broker(), false);
  rollout.restart();
  rollout.finish();
}

}  // namespace
}  // namespace e2e::rollout
